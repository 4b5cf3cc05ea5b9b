# client.py: a real client in a real window, driven and read through accessibility as with a screen reader
#
# SPDX-License-Identifier: GPL-3.0-or-later

import hashlib
import os
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

Role = Atspi.Role
State = Atspi.StateType

BUTTONS = (Role.PUSH_BUTTON, Role.TOGGLE_BUTTON)
TEXTS = (Role.ENTRY, Role.TEXT, Role.PASSWORD_TEXT)
ROWS = (Role.LIST_ITEM, Role.TABLE_ROW)
ALERTS = (Role.ALERT, Role.NOTIFICATION)
GROUPS = (Role.PANEL, Role.GROUPING)
MENU_ITEMS = (Role.MENU_ITEM, Role.CHECK_MENU_ITEM, Role.PUSH_BUTTON)

# Pictures are the same everywhere, and nothing moves while it is read.
SETTINGS = """[Settings]
gtk-font-name=Inter 11
gtk-enable-animations=false
"""

# On a display without a window manager a window has so many pixels around what belongs to it.
FRAME = 5

# Nothing in a test takes longer on purpose; a loaded machine may need it.
PATIENCE = 30


class NotThere(AssertionError):
    pass


def pump():
    """Lets what the accessibility bus has told arrive."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


def pump_for(milliseconds):
    """The same, and gives the client time to act before it is asked again."""
    over = []
    GLib.timeout_add(milliseconds, lambda: over.append(True))
    while not over:
        GLib.MainContext.default().iteration(True)


def wait_for(what, condition, seconds=PATIENCE):
    """Asks the condition again and again until it gives something; fails with `what` otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        pump()
        try:
            result = condition()
        except GLib.Error:
            result = None  # that part of the window went away while it was read
        if result:
            return result
        if time.monotonic() > deadline:
            raise NotThere(f"not within {seconds} s: {what}")
        pump_for(20)


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield child


def walk(node, showing):
    """All that is in a node; of what is hidden nothing is looked at, which saves a lot of questions."""
    yield node
    for child in children(node):
        if not showing or is_showing(child):
            yield from walk(child, showing)


def is_showing(node):
    states = node.get_state_set()
    return states.contains(State.SHOWING) and states.contains(State.VISIBLE)


def can_be_pressed(node):
    """A menu's button is two things in the tree, one of which does something."""
    return (node.get_state_set().contains(State.SENSITIVE) and node.get_action_iface() is not None
            and node.get_n_actions() > 0)


def do_action(node, action):
    for index in range(node.get_n_actions()):
        if Atspi.Action.get_action_name(node, index) == action:
            return Atspi.Action.do_action(node, index)
    return False


class Client:
    def __init__(self, binary, profile, folder, environment=None):
        self.binary = binary
        self.profile = profile
        self.folder = os.path.join(folder, profile)
        self.environment = environment or {}
        self.process = None
        self.window = None
        self.place_crop = None
        os.makedirs(os.path.join(self.folder, "config", "gtk-4.0"), exist_ok=True)
        with open(os.path.join(self.folder, "config", "gtk-4.0", "settings.ini"), "w", encoding="utf-8") as settings:
            settings.write(SETTINGS)
        self.log = open(os.path.join(self.folder, "client.log"), "ab")

    # Process and window

    def start(self, *arguments):
        environment = dict(
            os.environ, XDG_DATA_HOME=os.path.join(self.folder, "data"),
            XDG_CONFIG_HOME=os.path.join(self.folder, "config"), SECRET_BACKEND="file",
            SECRET_FILE_TEST_PATH=os.path.join(self.folder, "keyring"), SECRET_FILE_TEST_PASSWORD="test",
            GTK_A11Y="atspi", G_MESSAGES_DEBUG="", LC_ALL="C.UTF-8", **self.environment)
        self.process = subprocess.Popen([self.binary, "--profile", self.profile, *arguments], env=environment,
                                        stdout=self.log, stderr=self.log)
        wait_for(f"the window of {self.profile}", self.application)
        self.window = wait_for(f"the window of {self.profile} on the screen", self._find_window)
        self.place(0, 0, 960, 680)

    def application(self):
        if self.process.poll() is not None:
            status = self.process.returncode
            raise RuntimeError(f"the client of {self.profile} ended with {status}, see {self.log.name}")
        for application in children(Atspi.get_desktop(0)):
            if application.get_process_id() == self.process.pid:
                return application
        return None

    def _find_window(self):
        found = xdotool("search", "--onlyvisible", "--pid", str(self.process.pid))
        return found.split()[-1] if found else None

    def place(self, x, y, width, height):
        self.place_crop = f"{width}x{height}+{x + FRAME}+{y + FRAME}"
        xdotool("windowsize", self.window, str(width + 2 * FRAME), str(height + 2 * FRAME))
        xdotool("windowmove", self.window, str(x), str(y))

        def has_size():
            frame = next(children(self.application()), None)
            box = Atspi.Component.get_extents(frame, Atspi.CoordType.WINDOW) if frame else None
            return box and max(abs(box.width - width), abs(box.height - height)) <= 2 * FRAME

        wait_for(f"the window of {self.profile} to be {width} × {height}", has_size)

    def raise_window(self):
        xdotool("windowraise", self.window)
        xdotool("windowfocus", self.window)

    def press(self, *keys):
        self.raise_window()
        xdotool("key", "--clearmodifiers", *keys)

    def close(self):
        """As a person closes it; waits until everything is written."""
        if self.process and self.process.poll() is None:
            self.press("ctrl+q")
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise NotThere(f"the client of {self.profile} did not end")
        return self.process.returncode

    def complaints(self):
        """What GLib and GTK called critical while the client ran."""
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return [line.strip() for line in log if "CRITICAL **" in line]

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            sys.stderr.write("".join(f"{self.profile}: {line}" for line in log))

    def picture(self, path):
        """Of the window as it looks when nothing changes any more."""
        self.raise_window()
        # Of the screen, because menus are windows of their own.
        self._picture_of("root", path, "-crop", self.place_crop, "+repage")

    def picture_of_other_window(self, path):
        """Of the window that came up beside the first one."""
        self._picture_of(wait_for(f"another window of {self.profile}", self._find_other_window), path)

    def _find_other_window(self):
        windows = xdotool("search", "--onlyvisible", "--pid", str(self.process.pid)).split()
        return next((window for window in windows if window != self.window), None)

    def _picture_of(self, window, path, *options):
        seen = [None]

        def is_quiet():
            subprocess.run(["import", "-window", window, *options, path], check=True)
            with open(path, "rb") as file:
                seen.append(hashlib.sha256(file.read()).digest())
            return seen[-1] == seen[-2]

        wait_for(f"the window of {self.profile} to be quiet", is_quiet)

    # Reading and acting

    def find_all(self, roles=None, name=None, under=None, showing=True, contains=None):
        roles = roles if roles is None or isinstance(roles, tuple) else (roles,)
        application = under or self.application()
        for node in walk(application, showing) if application else ():
            if roles is not None and node.get_role() not in roles:
                continue
            label = node.get_name() or ""
            if name is not None and label != name or contains is not None and contains not in label:
                continue
            yield node

    def seek(self, roles=None, name=None, **where):
        return next(self.find_all(roles, name, **where), None)

    def find(self, roles=None, name=None, seconds=PATIENCE, **where):
        what = f"{name or where.get('contains')!r} in the window of {self.profile}"
        try:
            return wait_for(what, lambda: self.seek(roles, name, **where), seconds)
        except NotThere as failure:
            raise NotThere(f"{failure}\nwhat is there:\n{self.describe()}") from None

    def describe(self):
        """What a person could find in the window now."""
        lines = []
        for node in self.find_all():
            name = node.get_name()
            if name:
                lines.append(f"  {node.get_role_name()}: {name}")
        return "\n".join(lines)

    def wait_gone(self, roles=None, name=None, **where):
        what = f"{name or where.get('contains')!r} to go from the window of {self.profile}"
        wait_for(what, lambda: self.seek(roles, name, **where) is None)

    def click(self, name=None, roles=BUTTONS, **where):
        def find_ready():
            return next((node for node in self.find_all(roles, name, **where) if can_be_pressed(node)), None)

        what = f"the button {name or where.get('contains')!r} of {self.profile} to be ready"
        Atspi.Action.do_action(wait_for(what, find_ready), 0)

    def act(self, action, roles=(Role.FRAME,), name=None, **where):
        """An action that a menu or shortcut of the thing would start, by its name: win.about, message.reply."""
        node = self.find(roles, name, **where)
        wait_for(f"{action} of {self.profile} to be possible", lambda: do_action(node, action))

    def open_room(self, name):
        """By the quick switcher, as who does not want to look for it."""
        self.press("ctrl+k")
        self.type_into("Room or person", name)
        self.press("Return")
        self.wait_gone(TEXTS, "Room or person")

    def message(self, contains):
        """A message in the timeline, which a screen reader says in one go: who, when, text, and how far it has come."""
        return self.find(GROUPS, contains=contains)

    def scroll(self, list_name, clicks):
        """Turns the wheel over a list: up when clicks is negative."""
        found = self.find((Role.LIST, Role.LIST_BOX, Role.TABLE), list_name)
        box = Atspi.Component.get_extents(found, Atspi.CoordType.WINDOW)
        self.raise_window()
        xdotool("mousemove", "--window", self.window, str(box.x + box.width // 2), str(box.y + box.height // 2),
                "click", "--repeat", str(abs(clicks)), "--delay", "5", "4" if clicks < 0 else "5")

    def scroll_up_to(self, **where):
        """Scrolls back in the messages until something is there."""
        def is_there():
            if self.seek(**where):
                return True
            self.scroll("Messages", -3)
            return False

        wait_for(f"{where} further up in the messages of {self.profile}", is_there)

    def type_into(self, name, text, **where):
        entry = self.find(TEXTS, name, **where)
        if not Atspi.EditableText.set_text_contents(entry, text):
            raise NotThere(f"{name!r} of {self.profile} takes no text")

    def read(self, name, **where):
        entry = self.find(TEXTS, name, **where)
        return Atspi.Text.get_text(entry, 0, Atspi.Text.get_character_count(entry))

    def rows(self, list_name):
        lists = self.find_all((Role.LIST, Role.LIST_BOX, Role.TABLE), list_name)
        return [row for found in lists for row in children(found) if row.get_role() in ROWS]


def xdotool(*arguments):
    done = subprocess.run(["xdotool", *arguments], capture_output=True, text=True)
    return done.stdout.strip()
