"""The console command before its modules are read."""

import signal
import subprocess
import sys
from importlib.metadata import entry_points

INTERRUPTED = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "omniart_data.commands":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
signal.signal(signal.SIGINT, {on_interrupt})
from omniart_data.entry import main
sys.argv = ["omniart-data", "--version"]
main()
"""


def interrupted(on_interrupt: str) -> subprocess.CompletedProcess[str]:
    """Run the command, and interrupt it in the midst of its imports.

    How it was started is said, as these tests may themselves be run where Ctrl-C is ignored.
    """
    program = INTERRUPTED.format(on_interrupt=on_interrupt)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )


def test_an_early_ctrl_c_is_quiet() -> None:
    """Ctrl-C while the modules are read ends the command at once, without a traceback."""
    done = interrupted("signal.default_int_handler")

    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_who_ignores_ctrl_c_goes_on_so() -> None:
    """A command that was started to ignore Ctrl-C does so from the beginning."""
    done = interrupted("signal.SIG_IGN")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("omniart-data ")


def test_the_command_begins_there() -> None:
    """What is installed as ``omniart-data`` is the quiet beginning."""
    (command,) = entry_points(group="console_scripts", name="omniart-data")

    assert command.value == "omniart_data.entry:main"
