"""Small clients that send what they are told to. `login` gives True, False, or None where the server did not judge the try."""

import base64
import os
import socket
import subprocess
import tempfile


class Lines:
    """A connection from the address `source`, of which lines are read."""

    def __init__(self, server, port, source, method=""):
        self.socket = socket.create_connection((server, port), source_address=(source, 0))
        self.stream = self.socket.makefile("rb")
        self.method = method
        self.said = b""
        self.greet()

    def read(self):
        self.said = self.stream.readline()
        if not self.said:
            raise EOFError("the server closed the connection")
        return self.said

    def send(self, data):
        self.socket.sendall(data + b"\r\n")

    def greet(self):
        self.read()

    def close(self):
        self.socket.close()


class Replies(Lines):
    """FTP and SMTP: answers `220-text` ... `220 text`."""

    def reply(self):
        line = self.read()
        while line[3:4] == b"-" or not line[:3].isdigit():
            line = self.read()
        return int(line[:3])

    def greet(self):
        self.reply()

    def ask(self, data):
        self.send(data)
        return self.reply()


class Ftp(Replies):
    def login(self, user, password):
        code = self.ask(b"USER " + user.replace(b"\n", b"\0"))
        if code == 530:
            return False
        if code != 331:
            return None
        code = self.ask(b"PASS " + password)
        return True if code == 230 else False if code == 530 else None


class Smtp(Replies):
    def greet(self):
        self.reply()
        self.ask(b"EHLO client.example.org")

    def login(self, user, password):
        if (self.method or "PLAIN") == "PLAIN":
            code = self.ask(b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password))
        else:
            code = self.ask(b"AUTH LOGIN")
            if code != 334:
                return None
            code = self.ask(base64.b64encode(user) or b"=")
            if code == 334:
                code = self.ask(base64.b64encode(password))
        return True if code == 235 else False if code in (535, 454, 501) else None


class Relay(Replies):
    """Wants a mail relayed: the sender is the user."""

    def greet(self):
        self.reply()
        self.ask(b"EHLO client.example.org")

    def login(self, user, password):
        self.ask(b"MAIL FROM:<" + user.replace(b"\n", b"") + b"@example.org>")
        return self.ask(b"RCPT TO:<victim@example.net>") < 300


class Imap(Lines):
    number = 0

    def login(self, user, password):
        self.number += 1
        tag = b"a%d" % self.number
        if self.method == "PLAIN":
            self.send(tag + b" AUTHENTICATE PLAIN")
            if not self.read().startswith(b"+"):
                return None
            self.send(base64.b64encode(b"\0" + user + b"\0" + password))
        else:
            self.send(tag + b" LOGIN {%d}" % len(user))
            if not self.read().startswith(b"+"):
                return None
            self.send(user + b" {%d}" % len(password))
            if not self.read().startswith(b"+"):
                return None
            self.send(password)
        while not self.read().startswith(tag + b" "):
            if self.said.startswith(b"* BYE"):
                return None
        word = self.said.split()[1]
        return True if word == b"OK" else False if word == b"NO" else None


class Pop3(Lines):
    def login(self, user, password):
        if self.method == "PLAIN":
            self.send(b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password))
        else:
            self.send(b"USER " + user.replace(b"\n", b"\0"))
            if not self.read().startswith(b"+OK"):
                return False
            self.send(b"PASS " + password)
        return self.read().startswith(b"+OK")


class Xmpp(Lines):
    """SASL PLAIN over XMPP without TLS."""

    def until(self, *ends):
        self.said = b""
        while not any(end in self.said for end in ends):
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the server closed the connection")
            self.said += data
        return self.said

    def greet(self):
        self.send(b"<stream:stream to='mx.example.org' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")
        self.until(b"</stream:features>")

    def login(self, user, password):
        token = base64.b64encode(b"\0" + user + b"\0" + password)
        self.send(b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + token + b"</auth>")
        return b"<success" in self.until(b"<success", b"</failure>")


class Ssh:
    """The real ssh; passwords come from SSH_ASKPASS. With the method publickey each password is a key file to offer."""

    def __init__(self, server, port, source, method=""):
        self.method = method or "password"
        self.command = ["ssh", "-F", "none", "-b", source, "-p", str(port)]
        for option in ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "ConnectTimeout=20", "IdentityAgent=none",
                       "PreferredAuthentications=" + self.method):
            self.command += ["-o", option]
        self.server = server
        self.said = b""

    def login_all(self, user, passwords):
        """All tries of one connection: how many failed, how many were accepted."""
        if not user or b"\0" in user:
            return 0, 0
        command = [*self.command]
        if self.method == "publickey":
            command += ["-o", "IdentitiesOnly=yes", "-o", "PasswordAuthentication=no"]
            for key in passwords:
                command += ["-i", key]
        command += ["-o", "NumberOfPasswordPrompts=%d" % len(passwords), "-l", user, self.server, "true"]
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/list", "wb") as out:
                out.write(b"\n".join(passwords) + b"\n")
            with open(folder + "/ask", "w", encoding="ascii") as out:
                out.write(f"#!/bin/sh\nhead -n 1 {folder}/list\nsed -i 1d {folder}/list\n")
            os.chmod(folder + "/ask", 0o755)
            environment = {**os.environ, "SSH_ASKPASS": folder + "/ask", "SSH_ASKPASS_REQUIRE": "force"}
            run = subprocess.run(command, capture_output=True, timeout=90, env=environment, stdin=subprocess.DEVNULL)
        self.said = run.stderr
        failed = run.stderr.lower().count(b"permission denied")
        if self.method == "publickey" and failed:
            failed = len(passwords)
        return failed, int(run.returncode == 0)

    def close(self):
        pass


CLIENTS = {"ftp": Ftp, "smtp": Smtp, "relay": Relay, "imap": Imap, "pop3": Pop3, "ssh": Ssh, "xmpp": Xmpp}
