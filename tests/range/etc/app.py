"""A site of one page, for servers of Python: for Gunicorn by WSGI, for Uvicorn by ASGI."""

PAGES = ("/", "/index.html")


def wsgi(environ, start_response):
    found = environ["PATH_INFO"] in PAGES
    start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\n"]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    status = 200 if scope["path"] in PAGES else 404
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"6")]})
    await send({"type": "http.response.body", "body": b"hello\n"})
