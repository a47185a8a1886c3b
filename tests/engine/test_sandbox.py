"""A process that took the network away from itself has none, and can do all else."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import errno, os, socket, sys, threading
from clustergraph.sandbox import close_network
ours, theirs = socket.socketpair()
if not close_network():
    sys.exit(77)
refused = []
def attempt():
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            socket.socket(family)
        except OSError as error:
            refused.append(error.errno == errno.EACCES)
attempt()
thread = threading.Thread(target=attempt)
thread.start()
thread.join()
if os.fork() == 0:
    attempt()
    os._exit(0 if refused == [True] * 9 else 1)
assert os.wait()[1] == 0
assert refused == [True] * 6, refused
ours.send(b"still there")
assert theirs.recv(20) == b"still there"
open(os.devnull).close()
"""


def test_no_socket_can_be_opened() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("no seccomp here")
    assert done.returncode == 0, done.stderr
