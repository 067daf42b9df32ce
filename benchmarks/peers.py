"""The tools that ours is measured against, each in an environment of its own: benchmarks/.peers/NAME."""

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parent / ".peers"
PACKAGES = {
    "img2dataset": "img2dataset==1.47.0",
    "sickle": "Sickle==0.7.0",
    "oaipmh-scythe": "oaipmh-scythe==0.16.0",
    "faiss": "faiss-cpu==1.15.1",
}


def peer(name: str) -> Path:
    """Return the folder of a peer's commands, and install the peer where it is not yet there."""
    commands = FOLDER / name / "bin"
    mark = FOLDER / name / "installed"
    if not mark.is_file() or mark.read_text() != PACKAGES[name]:
        print(f"installing {PACKAGES[name]} ...", file=sys.stderr)
        venv.create(FOLDER / name, with_pip=True, clear=True)
        pip = [
            commands / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, PACKAGES[name]], check=True)
        mark.write_text(PACKAGES[name])
    return commands
