"""bot.py: a bot in Python that answers, through GObject-Introspection and nothing else

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from server import PATIENCE, Server  # noqa: E402
from tap import main  # noqa: E402

FOLDER = tempfile.TemporaryDirectory(prefix='confab-bot-')
os.environ |= {'SECRET_BACKEND': 'file', 'SECRET_FILE_TEST_PATH': f'{FOLDER.name}/secrets',
               'SECRET_FILE_TEST_PASSWORD': 'test', 'GIO_USE_NETWORK_MONITOR': 'base'}

import gi  # noqa: E402

gi.require_version('Confab', '0.1')
from gi.repository import Confab, GLib  # noqa: E402


def wait_until(condition, what):
    """Iterates the main loop until it is so."""
    deadline = time.monotonic() + PATIENCE
    ticker = GLib.timeout_add(10, lambda: GLib.SOURCE_CONTINUE)
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f'{what}: not within {PATIENCE:g} s')
        GLib.MainContext.default().iteration(True)
    GLib.source_remove(ticker)


def settle(future):
    wait_until(lambda: not future.is_pending(), 'a future')
    return future.get_value()


class Client:
    def __init__(self, name):
        self.session = Confab.Session.new(name, FOLDER.name)
        self.name = name

    def register(self, url):
        settle(self.session.register(url, self.name, f'{self.name}@example.org', 'correct horse', None, None))
        wait_until(lambda: self.session.props.state == Confab.SessionState.ONLINE, 'being online')

    def close(self):
        settle(self.session.close())


class EchoBot(Client):
    """Says again, in capitals, what it is told."""

    def __init__(self, name):
        super().__init__(name)
        self.session.connect('message-arrived', self.on_message)

    def on_message(self, _session, room, message):
        room.send(message.get_content().upper(), message.get_id())
        room.mark_read(message.get_seq())


class BotTest(unittest.TestCase):
    def setUp(self):
        self.server = Server('--registration', 'open').start()
        self.ada = Client('ada')
        self.bot = EchoBot('echo')
        self.ada.register(self.server.url)
        self.bot.register(self.server.url)

    def tearDown(self):
        self.ada.close()
        self.bot.close()
        self.server.stop()
        self.server.remove()

    def test_answers(self):
        people = settle(self.ada.session.find_users('echo'))
        self.assertEqual([person.get_username() for person in people], ['echo'])
        room = settle(self.ada.session.open_direct(people[0].get_id()))
        self.assertEqual(room.get_title(), 'echo')
        timeline = room.ref_timeline()
        settle(timeline.load())
        asked = room.send('Is anybody there?', None)
        self.assertEqual(asked.get_state(), Confab.MessageState.SENDING)
        wait_until(lambda: len(timeline) == 2, 'the answer')
        answer = timeline[1]
        self.assertEqual(answer.get_content(), 'IS ANYBODY THERE?')
        self.assertEqual(answer.get_reply_to(), asked.get_id())
        self.assertEqual(answer.get_sender().get_username(), 'echo')
        wait_until(lambda: asked.get_state() == Confab.MessageState.READ, 'the last tick')

    def test_errors(self):
        with self.assertRaises(GLib.Error) as refused:
            settle(self.ada.session.join_room('01J00000000000000000000000'))
        self.assertIn('room', refused.exception.message)


if __name__ == '__main__':
    main()
