# screenshots.py: every screen of the client, light and dark, wide and narrow, as pictures to look at
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: screenshots.py CLIENT SERVER FOLDER

import os
import sys
import tempfile

from client import ALERTS, BUTTONS, ROWS, Client
from person import PASSWORD, Person
from scene import Scene
from server import Server

SIZES = {"wide": (1000, 720), "narrow": (360, 720)}
STYLES = {"light": "prefer-light", "dark": "prefer-dark"}


class Album:
    """Takes the pictures of one style."""

    def __init__(self, client, folder, style):
        self.client = client
        self.folder = folder
        self.style = style
        self.number = 0

    def take(self, name, sizes=SIZES):
        self.number += 1
        for size, (width, height) in SIZES.items():
            if size not in sizes:
                continue
            self.client.place(0, 0, width, height)
            self.client.picture(os.path.join(self.folder, f"{self.number:02}-{name}-{size}-{self.style}.png"))
        self.client.place(0, 0, *SIZES["wide"])


def take_account_screens(client, album):
    client.find(BUTTONS, "Sign In")
    album.take("welcome")
    client.type_into("Server address", "nobody here")
    client.click("Sign In")
    client.find(ALERTS)
    album.take("welcome-error", sizes=["wide"])


def sign_up(client, album, address):
    client.type_into("Server address", address)
    client.click("Create Account")
    client.type_into("Your name", "Ada Lovelace")
    client.type_into("Username", "ada")
    client.type_into("E-mail address", "ada@example.org")
    client.type_into("Password, at least 8 characters", "short")
    client.click("Create Account")
    client.find(contains="at least 8 characters.")
    album.take("register")
    client.type_into("Password, at least 8 characters", PASSWORD)
    client.click("Create Account")


def sign_in(client, album, address):
    client.type_into("Server address", address)
    client.click("Sign In")
    client.type_into("Username or e-mail address", "ada")
    client.type_into("Password", "not my password")
    client.click("Sign In")
    client.find(ALERTS)
    album.take("sign-in")
    client.type_into("Password", PASSWORD)
    client.click("Sign In")


def take_rooms(client, album):
    client.find(ROWS, contains="Garden")
    album.take("rooms")
    client.choose(None, contains="Garden")
    client.find(contains="See you all on Saturday!")
    album.take("timeline")


def take_dialogs(client, album):
    for name, keys, sign in (
            ("new-room", "ctrl+shift+n", "Who Can Join"),
            ("browse", "ctrl+shift+b", "1 member"),
            ("preferences", "ctrl+comma", "Appearance"),
            ("shortcuts", "ctrl+question", "Find a room or person")):
        client.press(keys)
        client.find(contains=sign)
        album.take(name)
        client.press("Escape")
        client.wait_gone(contains=sign)


def take_style(style, client_binary, server, folder, scratch, first):
    client = Client(client_binary, "ada", os.path.join(scratch, style), {"ADW_DEBUG_COLOR_SCHEME": STYLES[style]})
    album = Album(client, folder, style)
    try:
        client.start()
        take_account_screens(client, album)
        (sign_up if first else sign_in)(client, album, server.address)
        client.find(contains="No Room Open")
        if first:
            album.take("no-rooms")
            fill(server.address)
        take_rooms(client, album)
        take_dialogs(client, album)
        client.close()
    finally:
        client.stop()


def fill(address):
    scene = Scene(address)
    ada = Person(address, "ada", sign_in=True)
    for room in (scene.garden, scene.lunch, scene.release):
        ada.join(room)
    scene.talk_in_conversations(ada)
    scene.talk_in_garden(ada)
    scene.talk_in_lunch()


def main():
    client_binary, server_binary, folder = sys.argv[1:]
    folder = os.environ.get("CONFAB_SCREENSHOTS", folder)
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="confab-screenshots-") as scratch:
        server = Server(server_binary, scratch)
        try:
            server.start()
            for first, style in enumerate(STYLES):
                take_style(style, client_binary, server, folder, scratch, first == 0)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
