# person.py: somebody who talks to the server without a window, to fill rooms that windows then show
#
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import urllib.parse
import urllib.request

PASSWORD = "correct horse battery"


class Person:
    """An account on the server, over REST."""

    def __init__(self, server, username, name=None, sign_in=False):
        self.server = server.rstrip("/")
        self.token = None
        if sign_in:
            answer = self.call("POST", "/api/auth/login", username=username, password=PASSWORD)
        else:
            answer = self.call("POST", "/api/auth/register", username=username, email=f"{username}@example.org",
                               password=PASSWORD, displayName=name or username.capitalize())
        self.token = answer["token"]
        self.id = answer["user"]["id"]

    def call(self, method, path, **fields):
        request = urllib.request.Request(self.server + path, method=method)
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        body = None
        if method == "GET":
            if fields:
                request.full_url += "?" + urllib.parse.urlencode(fields)
        else:
            request.add_header("Content-Type", "application/json")
            body = json.dumps(fields).encode()
        with urllib.request.urlopen(request, data=body, timeout=20) as answer:
            return json.load(answer)

    def create_room(self, name, description=None, kind="public", members=()):
        fields = {"type": kind}
        if name:
            fields["name"] = name
        if description:
            fields["description"] = description
        if members:
            fields["members"] = list(members)
        return self.call("POST", "/api/rooms", **fields)["room"]["id"]

    def join(self, room):
        self.call("POST", f"/api/rooms/{room}/join")

    def say(self, room, text, reply_to=None):
        fields = {"roomId": room, "content": text}
        if reply_to:
            fields["replyTo"] = reply_to
        return self.call("POST", "/api/messages", **fields)["message"]["id"]

    def edit(self, message, text):
        self.call("PATCH", f"/api/messages/{message}", content=text)

    def delete(self, message):
        self.call("DELETE", f"/api/messages/{message}")

    def react(self, message, emoji):
        self.call("PUT", f"/api/messages/{message}/reactions/{urllib.parse.quote(emoji)}")

    def read(self, room, seq):
        self.call("POST", f"/api/rooms/{room}/read", seq=seq)

    def messages(self, room):
        """All of them, oldest first."""
        found, fields = [], {"limit": 100}
        while True:
            page = self.call("GET", f"/api/messages/{room}", **fields)
            found = page["messages"] + found
            if not page["hasMore"]:
                return found
            fields["cursor"] = page["nextCursor"]
