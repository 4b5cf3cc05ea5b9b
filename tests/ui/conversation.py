# conversation.py: two people talk in two windows through a server, which dies in the middle
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: conversation.py CLIENT SERVER; prints TAP

import os
import sys
import tempfile
import traceback

import display
from client import ALERTS, BUTTONS, GROUPS, ROWS, TEXTS, Client
from person import PASSWORD, Person
from server import Server

HISTORY = 130


class Conversation:
    """Its steps build on each other, in the order of their names in STEPS."""

    def __init__(self, client_binary, server_binary, folder):
        self.client_binary = client_binary
        self.folder = folder
        self.server = Server(server_binary, folder)
        self.ada = Client(client_binary, "ada", folder)
        self.ben = Client(client_binary, "ben", folder)

    def stop(self):
        self.ada.stop()
        self.ben.stop()
        self.server.stop()

    @staticmethod
    def close(client):
        status = client.close()
        assert status == 0, f"{client.profile} ended with {status}"

    # Steps

    def both_register(self):
        self.server.start()
        for client, name in ((self.ada, "Ada Lovelace"), (self.ben, "Ben Okafor")):
            client.start("--server", self.server.address)
            client.click("Create Account")
            client.type_into("Your name", name)
            client.type_into("Username", client.profile)
            client.type_into("E-mail address", f"{client.profile}@example.org")
            client.type_into("Password, at least 8 characters", PASSWORD)
            client.click("Create Account")
            client.find(contains="No Rooms Yet")
        self.ada.place(0, 0, 620, 680)
        self.ben.place(640, 0, 620, 680)

    def a_taken_name_is_refused_in_words(self):
        cleo = Client(self.client_binary, "cleo", self.folder)
        try:
            cleo.start("--server", self.server.address)
            cleo.click("Create Account")
            cleo.type_into("Username", "ada")
            cleo.type_into("E-mail address", "cleo@example.org")
            cleo.type_into("Password, at least 8 characters", PASSWORD)
            cleo.click("Create Account")
            cleo.find(ALERTS)
        finally:
            cleo.stop()

    def ada_makes_a_public_room(self):
        self.ada.act("win.new-room")
        self.ada.type_into("Name", "Garden")
        self.ada.type_into("What it is for", "Tomatoes and so on")
        self.ada.click("Create")
        self.ada.find(contains="No Messages Yet")

    def ben_finds_and_joins_it(self):
        self.ben.act("win.browse-rooms")
        self.ben.find(ROWS, "Garden")
        self.ben.click("Join")
        self.ben.find(BUTTONS, contains="Tomatoes and so on")
        self.ada.find(contains="2 members")

    def they_talk_both_ways(self):
        self.ada.type_into("Message", "Hello Ben, do you *see* this?")
        self.ada.click("Send")
        self.ben.message("Ada Lovelace, ")
        self.ben.message(": Hello Ben, do you see this?")
        self.ben.type_into("Message", "Yes!")
        self.ben.press("ctrl+m")
        self.ben.press("Return")
        self.ada.message("Ben Okafor, ")
        self.ada.message(": Yes!")
        assert self.ben.read("Message") == ""

    def ticks_tell_that_it_was_read(self):
        self.ben.raise_window()
        self.ada.message(": Hello Ben, do you see this? Read.")

    def typing_shows(self):
        self.ben.type_into("Message", "I am th")
        self.ada.find(contains="Ben Okafor is typing")
        self.ben.type_into("Message", "")
        self.ada.wait_gone(contains="is typing")

    def a_message_is_edited_answered_and_reacted_to(self):
        self.ada.press("ctrl+m")
        self.ada.press("Up")
        self.ada.find(contains="Edit message")
        self.ada.type_into("Message", "Hello Ben, can you read this?")
        self.ada.press("Return")
        self.ben.message(": Hello Ben, can you read this? Edited.")
        self.ben.act("message.reply", GROUPS, contains="can you read this? Edited.")
        self.ben.find(contains="Reply to Ada Lovelace")
        self.ben.type_into("Message", "I can")
        self.ben.click("Send")
        self.ada.message(": I can. A reply.")
        self.ada.find(BUTTONS, contains="In reply to You")
        self.ada.act("message.show-menu", GROUPS, contains=": I can. A reply.")
        self.ada.click("Thumbs up")
        self.ben.message("👍 from 1 person")

    def a_message_is_deleted(self):
        self.ben.type_into("Message", "Delete me")
        self.ben.click("Send")
        self.ada.message(": Delete me.")
        self.ben.act("message.delete", GROUPS, contains=": Delete me. ")
        self.ben.click("Delete")
        self.ada.message(": Message deleted")
        self.ada.wait_gone(GROUPS, contains="Delete me")

    def history_is_longer_than_a_page(self):
        cleo = Person(self.server.address, "cleo", "Cleo Martin")
        room = next(room["id"] for room in cleo.call("GET", "/api/rooms/public")["rooms"] if room["name"] == "Garden")
        cleo.join(room)
        for number in range(1, HISTORY + 1):
            cleo.say(room, f"Tomato number {number}.")
        self.ada.message(f": Tomato number {HISTORY}.")
        self.scroll_to_the_beginning(self.ada)
        self.ada.click(contains="Jump to latest")
        self.ada.message(f": Tomato number {HISTORY}.")

    @staticmethod
    def scroll_to_the_beginning(client):
        client.scroll_up_to(roles=GROUPS, contains="can you read this? Edited.")

    def closing_and_reopening_shows_what_is_kept(self):
        self.close(self.ada)
        self.ben.type_into("Message", "Ada is away")
        self.ben.click("Send")
        self.ben.message(": Ada is away. Sent.")
        self.ada.start()
        self.ada.place(0, 0, 620, 680)
        self.ada.open_room("Garden")
        self.ada.message(": Ada is away.")

    def the_cache_is_enough_when_the_server_is_away(self):
        self.server.kill()
        self.close(self.ada)
        self.ada.start()
        self.ada.place(0, 0, 620, 680)
        self.ada.open_room("Garden")
        self.ada.message(": Ada is away.")
        self.ada.find(contains="Nothing answers")

    def what_is_written_meanwhile_arrives_once(self):
        self.ada.type_into("Message", "Is anybody there?")
        self.ada.click("Send")
        self.ada.message(": Is anybody there? Sending.")
        self.server.start()
        self.ben.message(": Is anybody there?")
        self.ada.wait_gone(contains="Nothing answers")
        self.ada.message(": Is anybody there? ")
        self.ben.type_into("Message", "Only me")
        self.ben.click("Send")
        self.ada.message(": Only me.")
        for client in (self.ada, self.ben):
            found = list(client.find_all(GROUPS, contains=": Is anybody there?"))
            assert len(found) == 1, f"{len(found)} times in the window of {client.profile}"

    def a_kill_in_the_middle_loses_and_doubles_nothing(self):
        for number in range(1, 7):
            client = (self.ada, self.ben)[number % 2]
            client.type_into("Message", f"Line {number} of the talk.")
            client.click("Send")
            if number == 3:
                self.server.kill()
                self.server.start()
        for client in (self.ada, self.ben):
            for number in range(1, 7):
                client.message(f": Line {number} of the talk.")
        reader = Person(self.server.address, "ada", sign_in=True)
        room = reader.call("GET", "/api/rooms")["rooms"][0]["id"]
        texts = [message["content"] for message in reader.messages(room)]
        for number in range(1, 7):
            assert texts.count(f"Line {number} of the talk.") == 1, (number, texts[-12:])

    def a_conversation_between_two(self):
        self.ada.press("ctrl+n")
        self.ada.type_into("Name or username", "ben")
        self.ada.find(ROWS, "Ben Okafor")
        self.ada.press("Return")
        self.ada.wait_gone(TEXTS, "Name or username")
        self.ada.type_into("Message", "Just the two of us")
        self.ada.click("Send")
        self.ben.click("Back")
        self.ben.find(ROWS, contains="Ada Lovelace, 1 unread message")
        self.ben.open_room("Ada Lovelace")
        self.ben.message(": Just the two of us")
        self.ada.message(": Just the two of us. Read.")

    def both_windows_close_in_order(self):
        for client in (self.ada, self.ben):
            self.close(client)
            assert client.complaints() == []

    STEPS = (
        both_register, a_taken_name_is_refused_in_words, ada_makes_a_public_room, ben_finds_and_joins_it,
        they_talk_both_ways, ticks_tell_that_it_was_read, typing_shows, a_message_is_edited_answered_and_reacted_to,
        a_message_is_deleted, history_is_longer_than_a_page, closing_and_reopening_shows_what_is_kept,
        the_cache_is_enough_when_the_server_is_away, what_is_written_meanwhile_arrives_once,
        a_kill_in_the_middle_loses_and_doubles_nothing, a_conversation_between_two, both_windows_close_in_order,
    )


def show_windows(conversation, name):
    """How it looked when it went wrong, beside the logs of the test."""
    folder = os.environ.get("MESON_BUILD_ROOT", conversation.folder)
    path = os.path.join(folder, f"conversation-{name}.png")
    os.system(f"import -window root {path}")
    print(f"# a picture of the screen is in {path}")


def main():
    display.ensure()
    client_binary, server_binary = sys.argv[1:]
    print(f"1..{len(Conversation.STEPS)}", flush=True)
    failed = False
    with tempfile.TemporaryDirectory(prefix="confab-conversation-") as folder:
        conversation = Conversation(client_binary, server_binary, folder)
        try:
            for number, step in enumerate(Conversation.STEPS, 1):
                name = step.__name__.replace("_", " ")
                if failed:
                    print(f"ok {number} {name} # SKIP an earlier step failed", flush=True)
                    continue
                try:
                    step(conversation)
                    print(f"ok {number} {name}", flush=True)
                except Exception:
                    failed = True
                    print(f"not ok {number} {name}", flush=True)
                    print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
                    show_windows(conversation, step.__name__)
        finally:
            conversation.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
