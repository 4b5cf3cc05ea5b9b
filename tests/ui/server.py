# server.py: a real confab-server for the tests of windows
#
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import select
import signal
import subprocess
import sys
import time


class Server:
    """Starts confab-server on a free port of the loopback; its state lives in a folder and outlives the process."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self.process = None
        self.address = None
        self.log = open(os.path.join(folder, "server.log"), "ab")

    def start(self, seconds=20):
        listen = self.address.removeprefix("http://") if self.address else "127.0.0.1:0"
        # People who fill a room in one go are faster than people are.
        self.process = subprocess.Popen(
            [self.binary, "--listen", listen, "--state-dir", self.folder, "--rate-limits=no",
             "--server-name", "Allotments"],
            stdout=subprocess.PIPE, stderr=self.log)
        self._wait_until_it_listens(time.monotonic() + seconds)

    def _wait_until_it_listens(self, deadline):
        text = b""
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                break
            chunk = os.read(self.process.stdout.fileno(), 4096)
            if not chunk:
                raise RuntimeError(f"confab-server ended with {self.process.wait()}, see {self.log.name}")
            text += chunk
            for line in text.decode(errors="replace").splitlines(keepends=True):
                if line.startswith("listening on ") and line.endswith("\n"):
                    self.address = line.split()[2]
                    return
        raise TimeoutError(f"confab-server did not say that it listens: {text!r}")

    def kill(self):
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        self.log.close()
        if self.process and self.process.returncode:
            with open(self.log.name, encoding="utf-8", errors="replace") as log:
                sys.stderr.write(f"confab-server ended with {self.process.returncode}\n" + log.read())
