"""The server starts, tells everybody that all is invented, says the same each time, and stops."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from crawlers.sample import SAMPLE_SOURCES, SampleMuseum, routes_of, sample_museum
from crawlers.sample.hosts import HOSTS, IIIF, MET, MET_IMAGES, NOTICE, RIJKSMUSEUM, WGA
from schemas.errors import UsageError

SAID = (
    f"{MET}/public/collection/v1/objects",
    f"{RIJKSMUSEUM}/oai?verb=ListRecords&metadataPrefix=edm",
    f"{WGA}/database/download/data_txt.zip",
)


def _threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "sample museum" and one.is_alive()]


def test_every_host_says_that_it_is_invented(ask) -> None:
    """The front page of each host says so, and robots.txt lets everybody in."""
    for host in HOSTS:
        assert NOTICE in ask(f"https://{host}/").text
        assert ask(f"https://{host}/robots.txt").text.startswith("User-agent: *")


def test_sources_are_named_as_samples() -> None:
    """Each source's name, institution and attribution say that it is a sample and invented."""
    for name, source in SAMPLE_SOURCES.items():
        assert source.name == name
        assert name.startswith("sample-")
        assert "invented" in source.institution
        assert "invented" in source.attribution


def test_routes_lead_to_loopback(museum: SampleMuseum) -> None:
    """Every made-up host leads to this machine and nowhere else."""
    assert set(museum.routes) == set(HOSTS)
    assert museum.routes == routes_of(museum.base_url)
    assert all(base.startswith("http://127.0.0.1:") for base in museum.routes.values())
    assert all(host.endswith(".invalid") for host in museum.routes)


def test_twins_over_http(ask, museum: SampleMuseum) -> None:
    """Of the works that two museums show, one pair is the same file, and the others are not."""
    files: dict[str, list[bytes]] = {}
    for work in museum.collection:
        if work.twin:
            address = {
                "met": f"https://{MET_IMAGES}/CRDImages/{work.image}",
                "rijksmuseum": f"https://{IIIF}/{work.image}/full/max/0/default.jpg",
                "wga": f"https://{WGA}/art/{work.image}.jpg",
            }[work.museum]
            files.setdefault(work.twin, []).append(ask(address).content)

    assert [one == other for one, other in files.values()].count(True) == 1
    assert len(files) >= 8


def test_two_servers_say_the_same() -> None:
    """Two servers of one seed give the same bytes, of another seed they do not."""

    def digest(seed: int) -> str:
        told = hashlib.sha256()
        with sample_museum(seed, 150) as museum, requests.Session() as session:
            session.trust_env = False
            for address in SAID:
                host, _, rest = address.partition("/")
                answer = session.get(f"{museum.routes[host]}/{rest}", timeout=10)
                answer.raise_for_status()
                told.update(answer.content)
            work = next(work for work in museum.collection.works["wga"] if not work.image_fault)
            picture = f"{museum.routes[WGA]}/art/{work.source_id}.jpg"
            told.update(session.get(picture, timeout=10).content)
        return told.hexdigest()

    assert digest(1) == digest(1) != digest(2)


def test_stops_at_the_end_of_the_block() -> None:
    """After the block, also after an error in it, nobody listens and no thread is left."""
    before = len(_threads())
    bases: list[str] = []

    def break_off() -> None:
        with sample_museum(works=120) as museum:
            bases.append(museum.routes[MET])
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        break_off()
    assert len(_threads()) == before
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{bases[0]}/", timeout=2)


def test_stops_by_itself() -> None:
    """A server that nobody stops ends after its lifetime, and stopping it then is no error."""
    before = len(_threads())
    with sample_museum(works=120, lifetime_s=0.1):
        end = time.monotonic() + 5
        while len(_threads()) > before and time.monotonic() < end:
            time.sleep(0.02)
        assert len(_threads()) == before


def test_too_few_works() -> None:
    """A museum without room for its oddities is refused before any thread starts."""
    before = len(_threads())
    with pytest.raises(UsageError), sample_museum(works=3):
        pass
    assert len(_threads()) == before


def test_a_port_of_ones_own() -> None:
    """A museum may be given its port, so that others know it; one that is taken is a usage error."""
    with sample_museum(works=120) as museum:
        port = int(museum.base_url.rpartition(":")[2])
        with (
            pytest.raises(UsageError, match=f"port {port} .*choose another"),
            sample_museum(works=120, port=port),
        ):
            pass
    with sample_museum(works=120, port=port) as again:
        assert again.base_url == f"http://127.0.0.1:{port}"
    with pytest.raises(UsageError, match="port 70000"), sample_museum(works=120, port=70_000):
        pass


def test_tls() -> None:
    """Over TLS the museum is trusted by whoever trusts its authority, and by nobody else."""
    with sample_museum(works=120, tls=True) as museum, requests.Session() as session:
        session.trust_env = False
        assert museum.base_url.startswith("https://127.0.0.1:")
        assert museum.ca_file is not None
        answer = session.get(f"{museum.routes[WGA]}/", verify=str(museum.ca_file), timeout=10)
        assert NOTICE in answer.text
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"{museum.routes[WGA]}/", timeout=10)
        held = museum.ca_file
    assert not held.exists()


_SERVE = """
from crawlers.sample import Faults, serve_museum
serve_museum(
    works=120, faults=Faults(), started=lambda museum: print(museum.base_url, flush=True), {more}
)
print("ended", flush=True)
"""


def _serve(more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _SERVE.format(more=more)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_another_process(signal_: signal.Signals) -> None:
    """A museum in a process of its own says where it is, and a signal ends it cleanly."""
    with _serve("tls=False") as process:
        base = process.stdout.readline().strip()
        assert requests.get(f"{routes_of(base)[MET]}/", timeout=10).ok
        counts = requests.get(f"{base}/counts", timeout=10).json()
        assert counts == {"requests": {MET: 1}, "walls": {}, "refused": 0, "faults": {}}
        os.kill(process.pid, signal_)
        assert process.stdout.read() == "ended\n"
        assert process.wait(timeout=10) == 0


def test_another_process_ends_by_itself() -> None:
    """A museum that nobody ends is over after its lifetime."""
    with _serve("lifetime_s=0.1") as process:
        assert process.stdout.read().endswith("ended\n")
        assert process.wait(timeout=10) == 0


def test_tls_without_its_extra(tmp_path: Path) -> None:
    """Where the library for certificates is missing, TLS is a usage error that names the extra."""
    (tmp_path / "trustme.py").write_text("raise ImportError\n")  # found before the installed one
    code = """
from crawlers.sample import sample_museum
from schemas.errors import UsageError
try:
    with sample_museum(works=120, tls=True):
        pass
except UsageError as error:
    print(error)
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "pip install 'omniart-data[museum]'" in told
