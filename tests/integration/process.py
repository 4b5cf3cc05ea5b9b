#!/usr/bin/env python3
# test_process.py: confab-server as a process: how it starts, what it prints and logs, and how it goes
#
# SPDX-License-Identifier: GPL-3.0-or-later

import base64
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import tap

SERVER = os.environ["CONFAB_SERVER"]
PASSWORD = "correct horse battery"
WAIT = 30  # seconds that nothing here takes


class Process:
    """A server on a free port; its output is read to the line that says it is ready."""

    def __init__(self, state, *flags):
        self.log = open(state / "log", "a+", encoding="utf-8")
        command = [SERVER, "--listen", "127.0.0.1:0", "--state-dir", str(state), "--log-level", "debug", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, encoding="utf-8")
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("listening on "):
                break
        else:
            raise AssertionError(f"did not start: {self.read_log()}")
        self.url = self.said[-1].split()[-1]
        self.address = re.fullmatch(r"http://([\d.]+):(\d+)", self.url)
        self.port = int(self.address.group(2))

    def read_log(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def claim(self):
        found = re.search(r"/invite/(\S+)", "".join(self.said))
        return found and found.group(1)

    def call(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = "Bearer " + token
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WAIT) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def register(self, name, **more):
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, **more}
        return self.call("POST", "/api/auth/register", body)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(WAIT)
        self.process.stdout.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(WAIT)
        self.process.stdout.close()
        self.log.close()


class WebSocket:
    """As much of RFC 6455 as it takes to be a client of ours."""

    def __init__(self, port, token=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /ws HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + key]
        if token:
            lines.append("Authorization: Bearer " + token)
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def send(self, event, request_id, data):
        text = json.dumps({"event": event, "id": request_id, "data": data}).encode()
        mask = os.urandom(4)
        size = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0xFE]) + struct.pack(">H", len(text))
        self.socket.sendall(b"\x81" + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))

    def receive(self):
        """The next frame: an object, or the code of a close."""
        first, length = self.stream.read(2)
        if length == 126:
            length = struct.unpack(">H", self.stream.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.stream.read(8))[0]
        body = self.stream.read(length)
        return struct.unpack(">H", body[:2])[0] if first & 0xF == 8 else json.loads(body)

    def receive_until(self, wanted):
        while True:
            frame = self.receive()
            if isinstance(frame, int) or wanted(frame):
                return frame

    def close(self):
        self.stream.close()
        self.socket.close()


class ProcessTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = pathlib.Path(folder.name) / "state"
        self.state.mkdir()

    def start(self, *flags):
        server = Process(self.state, *flags)
        self.addCleanup(server.close)
        return server

    def connect(self, server, token):
        connection = WebSocket(server.port, token)
        self.addCleanup(connection.close)
        return connection

    def run_command(self, *arguments, given=""):
        command = [SERVER, *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=WAIT, check=False)

    def test_first_start(self):
        server = self.start()
        claim = server.claim()
        self.assertTrue(claim)
        self.assertEqual(server.call("GET", "/readyz")[0], 200)
        status, ada = server.register("ada", invite=claim)
        self.assertEqual((status, ada["user"]["role"]), (201, "admin"))
        self.assertEqual(server.end(), 0)
        self.assertIsNone(self.start().claim())

    def test_claim_stays_the_same(self):
        first = self.start()
        self.assertEqual(first.end(signal.SIGKILL), -signal.SIGKILL)
        self.assertEqual(self.start().claim(), first.claim())

    def test_files_are_private(self):
        self.start()
        for path in self.state.glob("confab.db*"):
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_conversation_survives_kill(self):
        server = self.start()
        ada, ben = server.register("ada")[1], server.register("ben")[1]
        room = server.call("POST", "/api/rooms", {"name": "Tea"}, ada["token"])[1]["room"]["id"]
        self.assertEqual(server.call("POST", f"/api/rooms/{room}/join", {}, ben["token"])[0], 200)
        bens = self.connect(server, ben["token"])
        self.assertEqual(bens.receive()["event"], "hello")
        adas = self.connect(server, None)
        adas.send("authenticate", 1, {"token": ada["token"]})
        adas.receive_until(lambda frame: frame.get("event") == "hello")
        adas.send("send-message", 2, {"roomId": room, "content": "Milk?", "clientId": "one"})
        reply = adas.receive_until(lambda frame: frame.get("reply") == 2)
        event = bens.receive_until(lambda frame: frame.get("event") == "new-message")
        self.assertEqual(event["data"]["id"], reply["data"]["message"]["id"])

        server.end(signal.SIGKILL)
        again = self.start()
        body = {"roomId": room, "content": "Milk?", "clientId": "one"}
        resent = again.call("POST", "/api/messages", body, ada["token"])[1]
        self.assertEqual(resent["message"]["id"], reply["data"]["message"]["id"])
        history = again.call("GET", f"/api/messages/{room}", None, ben["token"])[1]["messages"]
        self.assertEqual([m["content"] for m in history if m["type"] == "text"], ["Milk?"])

    def test_drain(self):
        server = self.start()
        ada = server.register("ada")[1]
        connection = self.connect(server, ada["token"])
        connection.receive()
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(connection.receive_until(lambda frame: False), 1012)
        connection.close()
        self.assertEqual(server.process.wait(10), 0)

    def test_drain_does_not_wait_for_ever(self):
        server = self.start()
        ada = server.register("ada")[1]
        connection = self.connect(server, ada["token"])
        connection.receive()
        # This client never answers.
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(10), 0)

    def test_revoked_session_is_closed(self):
        server = self.start()
        laptop = server.register("ada")[1]
        phone = server.call("POST", "/api/auth/login", {"username": "ada", "password": PASSWORD})[1]
        connection = self.connect(server, phone["token"])
        connection.receive()
        status, _ = server.call("DELETE", "/api/sessions/" + phone["session"]["id"], None, laptop["token"])
        self.assertEqual(status, 200)
        self.assertEqual(connection.receive_until(lambda frame: False), 4001)
        self.assertEqual(server.call("GET", "/api/users/me", None, phone["token"])[0], 401)

    def test_nothing_secret_is_logged(self):
        server = self.start("--log-format", "json")
        claim = server.claim()
        _, ada = server.register("ada", invite=claim)
        server.call("POST", "/api/auth/login", {"username": "ada", "password": "not the one"})
        _, next_pair = server.call("POST", "/api/auth/refresh", {"refreshToken": ada["refreshToken"]})
        connection = self.connect(server, next_pair["token"])
        connection.receive()
        connection.close()
        self.assertEqual(server.end(), 0)
        log = server.read_log()
        for line in log.splitlines():
            self.assertLessEqual({"time", "level", "domain", "message"}, json.loads(line).keys())
        self.assertIn("register: ok", log)
        for secret in (claim, PASSWORD, "not the one", ada["token"], ada["refreshToken"], next_pair["token"]):
            self.assertNotIn(secret, log)

    def test_operator(self):
        state = ["--state-dir", str(self.state)]
        made = self.run_command("user", "create", "Ada", "ada@example.org", "--admin", *state, given=PASSWORD + "\n")
        self.assertEqual((made.returncode, made.stdout), (0, "Made the account ada (admin)\n"), made.stderr)
        again = self.run_command("user", "create", "ada", "x@example.org", *state, given=PASSWORD + "\n")
        self.assertEqual(again.returncode, 1)
        self.assertIn("There is an account with this username already", again.stderr)
        self.assertIn("ada@example.org", self.run_command("user", "list", *state).stdout)
        invite = self.run_command("invite", "--days", "1", *state).stdout.strip()

        server = self.start("--registration", "invite")
        self.assertEqual(server.register("ben")[0], 403)
        self.assertEqual(server.register("ben", invite=invite)[0], 201)
        ada = server.call("POST", "/api/auth/login", {"username": "ada", "password": PASSWORD})[1]
        self.assertEqual(ada["user"]["role"], "admin")
        changed = self.run_command("user", "password", "ada", *state, given="another password\n")
        self.assertEqual(changed.returncode, 0, changed.stderr)
        self.assertEqual(server.call("POST", "/api/auth/refresh", {"refreshToken": ada["refreshToken"]})[0], 401)
        address = server.url.removeprefix("http://")
        self.assertEqual(self.run_command("healthcheck", "--listen", address).returncode, 0)
        server.end()
        self.assertEqual(self.run_command("healthcheck", "--listen", address).returncode, 1)

    def test_wrong_starts(self):
        taken = self.start()
        for arguments, words in [
            (["serve", "extra"], "Usage"),
            (["sevre"], "there is no command"),
            (["--max-conections", "1"], "did you mean max-connections?"),
            (["--listen", taken.url.removeprefix("http://")], "something else does already"),
            (["--store", "oracle:x"], "address of a store"),
            (["--store", "sqlite:/proc/nowhere/confab.db"], "/proc/nowhere"),
            (["--backplane", "smoke-signals"], "no backplane"),
            (["--trusted-proxies", "everyone"], "everyone"),
            (["--config", "/nonexistent.ini"], "/nonexistent.ini"),
        ]:
            with self.subTest(arguments):
                folder = self.state / "other"
                extra = [] if arguments[0] in ("serve", "sevre") else ["--state-dir", str(folder)]
                failed = self.run_command(*arguments, *extra)
                self.assertEqual(failed.returncode, 1)
                self.assertIn(words, failed.stderr)
                self.assertNotIn("listening", failed.stdout)


if __name__ == "__main__":
    tap.main()
