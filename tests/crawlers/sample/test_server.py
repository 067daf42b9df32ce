"""The server starts, tells everybody that all is invented, says the same each time, and stops."""

import hashlib
import threading
import time

import pytest
import requests

from crawlers.sample import SAMPLE_SOURCES, SampleMuseum, sample_museum
from crawlers.sample.hosts import IIIF, MET, MET_IMAGES, NOTICE, RIJKSMUSEUM, WGA
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
    for host in (MET, MET_IMAGES, RIJKSMUSEUM, IIIF, WGA):
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
    assert set(museum.routes) == {MET, MET_IMAGES, RIJKSMUSEUM, IIIF, WGA}
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
