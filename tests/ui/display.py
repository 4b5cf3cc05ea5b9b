# display.py: a display and a session bus for windows, where there is none
#
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import sys
import tempfile


def ensure():
    """Starts the program again inside Xvfb, unless it has a display already."""
    if os.environ.get("DISPLAY"):
        return
    environment = dict(os.environ, GDK_BACKEND="x11", XDG_RUNTIME_DIR=tempfile.mkdtemp(prefix="confab-ui-"))
    # -noreset: without it the X server starts over when the last window closes, and the next one finds no display.
    os.execvpe("xvfb-run", ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24 -noreset", "dbus-run-session", "--",
                            sys.executable, *sys.argv], environment)
