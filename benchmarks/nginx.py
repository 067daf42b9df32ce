"""nginx on loopback: one folder served over HTTP and over TLS, until the end of the block."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")

_CONF = """
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    types {{ image/jpeg jpg; }}
    default_type application/octet-stream;
    access_log off;
    sendfile on;
    keepalive_requests 100000;
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        root {root};
    }}
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
}}
"""


@dataclass(frozen=True)
class Web:
    """Where the folder is served; ``ca_file`` holds the system's authorities and ours, as a real one does."""

    http: str
    https: str
    ca_file: Path


@contextmanager
def served(root: Path) -> Iterator[Web]:
    """Serve a folder; nginx and openssl have to be installed (Debian: nginx-light, openssl)."""
    folder = Path(tempfile.mkdtemp(prefix="omniart-nginx-"))
    http, https = _free_port(), _free_port()
    _certificate(folder)
    (folder / "nginx.conf").write_text(
        _CONF.format(folder=folder, root=root, http=http, https=https)
    )
    folder.chmod(0o755)
    command = ["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    daemon = subprocess.Popen([*command, "-g", "daemon off; user root;"])
    try:
        _wait(https)
        yield Web(
            f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}", folder / "authorities.pem"
        )
    finally:
        daemon.terminate()
        daemon.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _certificate(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    ours = (folder / "cert.pem").read_text()
    system = SYSTEM_AUTHORITIES.read_text() if SYSTEM_AUTHORITIES.is_file() else ""
    (folder / "authorities.pem").write_text(system + ours)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("nginx does not start: see that it is installed (Debian: nginx-light)")
