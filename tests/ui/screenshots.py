# screenshots.py: every screen of the client, light and dark, wide and narrow, as pictures to look at
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: screenshots.py CLIENT SERVER FOLDER

import os
import sys
import tempfile

import display
from client import ALERTS, BUTTONS, GROUPS, ROWS, TEXTS, Client
from person import PASSWORD, Person
from scene import Scene
from server import Server

SIZES = {"wide": (1000, 720), "narrow": (360, 720)}
# The end of what a screen reader says of the newest message.
LAST = ": See you all on Saturday! Read"
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
        for size in sizes:
            self.client.place(0, 0, *SIZES[size])
            self.client.picture(self._path(name, size))
        self.client.place(0, 0, *SIZES["wide"])

    def take_other_window(self, name):
        self.number += 1
        self.client.picture_of_other_window(self._path(name, "window"))

    def _path(self, name, size):
        return os.path.join(self.folder, f"{self.number:02}-{name}-{size}-{self.style}.png")


def take_account_screens(client, album):
    client.find(BUTTONS, "Sign In")
    album.take("welcome")
    client.type_into("Server address", "nobody here")
    client.click("Sign In")
    client.find(ALERTS)
    album.take("welcome-error", sizes=["wide"])


def take_register(client, album, address):
    client.type_into("Server address", address)
    client.click("Create Account")
    client.type_into("Your name", "Ada Lovelace")
    client.type_into("Username", "ada")
    client.type_into("E-mail address", "ada@example.org")
    client.type_into("Password, at least 8 characters", "short")
    client.click("Create Account")
    client.find(contains="at least 8 characters.")
    album.take("register")
    client.click("Back")


def take_sign_in(client, album):
    client.find(TEXTS, "Server address")
    client.click("Sign In")
    client.type_into("Username or e-mail address", "ada")
    client.type_into("Password", "not my password")
    client.click("Sign In")
    client.find(ALERTS)
    album.take("sign-in")
    client.type_into("Password", PASSWORD)
    client.click("Sign In")


def take_rooms(client, album):
    client.find(ROWS, contains="Lunch")
    album.take("rooms")
    client.open_room("Garden")
    client.find(contains="Day 1: ")
    album.take("new-messages")


def take_timeline(client, album):
    """From here on everything is read."""
    client.press("Escape")
    client.click(contains="Jump to latest")
    client.find(ROWS, contains=LAST)
    album.take("timeline")
    client.scroll("Messages", -9)
    client.find(BUTTONS, contains="Jump to latest")
    album.take("timeline-above")
    client.click(contains="Jump to latest")


def take_message_menu(client, album):
    client.act("message.show-menu", GROUPS, contains=LAST)
    client.find(BUTTONS, "Thumbs up")
    album.take("message-menu", sizes=["wide"])
    client.press("Escape")


def take_composer(client, album):
    client.type_into("Message", "Shall I bring the **long** ladder?")
    album.take("draft")
    client.type_into("Message", "tomato " * 560)
    album.take("limit", sizes=["narrow"])
    client.type_into("Message", "")
    client.act("win.focus-composer")
    client.press("Up")
    client.find(contains="Edit message")
    album.take("edit")
    client.press("Escape")
    client.wait_gone(contains="Edit message")


def take_dialogs(client, album):
    for name, keys, sign in (
            ("switcher", "ctrl+k", "Go To"),
            ("new-conversation", "ctrl+n", "Find Somebody to Talk To"),
            ("new-room", "ctrl+shift+n", "Who Can Join"),
            ("browse", "ctrl+shift+b", "1 member"),
            ("preferences", "ctrl+comma", "Appearance")):
        client.press(keys)
        client.find(contains=sign)
        album.take(name)
        client.press("Escape")
        client.wait_gone(contains=sign)


def take_room_details(client, album):
    client.click(contains="5 members")
    client.find(contains="Leave Room")
    album.take("room-details")
    client.press("Return")
    client.find(contains="@dmitri")
    album.take("members")
    client.press("Escape")
    client.press("Escape")
    client.wait_gone(contains="Leave Room")


def take_menu_dialogs(client, album):
    for action, name, sign in (("win.show-sessions", "devices", "This device"), ("win.about", "about", "0.1")):
        client.act(action)
        client.find(contains=sign)
        album.take(name)
        client.press("Escape")
        client.wait_gone(contains=sign)
    client.act("win.show-help-overlay")
    client.find(contains="Find a room or person")
    album.take_other_window("shortcuts")
    client.press("Escape")


def take_offline(client, album, server):
    server.kill()
    client.find(contains="next try in")
    client.type_into("Message", "I will bring a cake")
    client.click("Send")
    client.find(ROWS, contains="I will bring a cake. Sending")
    album.take("offline")
    server.start()
    client.wait_gone(contains="next try in")
    client.find(ROWS, contains="I will bring a cake. Sent")


def fill(server, ada):
    scene = Scene(server.address)
    for room in (scene.garden, scene.lunch, scene.release):
        ada.join(room)
    scene.talk_in_conversations(ada)
    scene.talk_in_garden(ada)
    scene.talk_in_lunch()


def take_all(client, album, server):
    ada = Person(server.address, "ada", "Ada Lovelace")
    client.start()
    take_account_screens(client, album)
    take_register(client, album, server.address)
    take_sign_in(client, album)
    client.find(contains="No Room Open")
    album.take("no-rooms")
    fill(server, ada)
    take_rooms(client, album)
    take_timeline(client, album)
    take_message_menu(client, album)
    take_composer(client, album)
    take_dialogs(client, album)
    take_room_details(client, album)
    take_menu_dialogs(client, album)
    take_offline(client, album, server)
    client.close()


def take_style(style, client_binary, server_binary, folder):
    with tempfile.TemporaryDirectory(prefix=f"confab-{style}-") as scratch:
        server = Server(server_binary, scratch)
        client = Client(client_binary, "ada", scratch, {"ADW_DEBUG_COLOR_SCHEME": STYLES[style]})
        try:
            server.start()
            take_all(client, Album(client, folder, style), server)
        finally:
            client.stop()
            server.stop()


def main():
    display.ensure()
    client_binary, server_binary, folder = sys.argv[1:]
    folder = os.environ.get("CONFAB_SCREENSHOTS", folder)
    os.makedirs(folder, exist_ok=True)
    for style in STYLES:
        take_style(style, client_binary, server_binary, folder)


if __name__ == "__main__":
    main()
