"""Stands in for a file system that only Hadoop reads: a folder as WebHDFS shows it, on 127.0.0.1. usage: webhdfs.py FOLDER PORT

Source: Apache Hadoop, WebHDFS REST API. Only what a reader asks for, and only whole answers.
"""
import http.server
import json
import os
import sys
import urllib.parse

FOLDER, PORT = sys.argv[1], int(sys.argv[2])


def status(path, suffix):
    kind, size = ("DIRECTORY", 0) if os.path.isdir(path) else ("FILE", os.path.getsize(path))
    return {"pathSuffix": suffix, "type": kind, "length": size, "modificationTime": int(os.path.getmtime(path)) * 1000, "accessTime": 0,
            "blockSize": 1 << 20, "replication": 1, "permission": "644", "owner": "o", "group": "g"}


class Name(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(url.query))
        path = FOLDER + urllib.parse.unquote(url.path.removeprefix("/webhdfs/v1"))
        if not os.path.exists(path):
            self.answer(404, {"RemoteException": {"exception": "FileNotFoundException", "javaClassName": "java.io.FileNotFoundException", "message": path}})
        elif asked["op"] == "GETFILESTATUS":
            self.answer(200, {"FileStatus": status(path, "")})
        elif asked["op"] == "LISTSTATUS":
            names = sorted(os.listdir(path)) if os.path.isdir(path) else [""]
            self.answer(200, {"FileStatuses": {"FileStatus": [status(os.path.join(path, name), name) for name in names]}})
        elif asked["op"] == "GETFILEBLOCKLOCATIONS":
            self.answer(200, {"BlockLocations": {"BlockLocation": []}})
        elif "there" not in asked:
            # The name node sends the reader to a data node.
            self.answer(307, {}, {"Location": f"http://127.0.0.1:{PORT}{self.path}&there=1"})
        else:
            with open(path, "rb") as file:
                file.seek(int(asked.get("offset", 0)))
                self.answer(200, file.read())

    def answer(self, code, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        for name, value in {**dict(headers), "Content-Type": "application/json", "Content-Length": len(data)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        try:
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # Who looked had seen enough.

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Name)
print("ready", flush=True)
server.serve_forever()
