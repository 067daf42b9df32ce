"""A museum changes while it is crawled: works go, and all dates may move on."""

import pytest
import requests
from lxml import etree

from crawlers.sample import SampleMuseum, sample_museum
from crawlers.sample.hosts import MET, RIJKSMUSEUM, WGA
from crawlers.sample.met_api import API
from schemas.errors import UsageError

OAI = "{http://www.openarchives.org/OAI/2.0/}"


def _get(museum: SampleMuseum, host: str, path: str) -> requests.Response:
    return requests.get(f"{museum.routes[host]}{path}", timeout=10)


def _headers(museum: SampleMuseum) -> dict[str, tuple[str, str]]:
    """Return each identifier's datestamp and status, over all pages."""
    told: dict[str, tuple[str, str]] = {}
    query = "metadataPrefix=edm"
    while query:
        answer = _get(museum, RIJKSMUSEUM, f"/oai?verb=ListIdentifiers&{query}")
        page = etree.fromstring(answer.content)
        for header in page.iterfind(f".//{OAI}header"):
            stamp = header.findtext(f"{OAI}datestamp", "")
            told[header.findtext(f"{OAI}identifier", "")] = stamp, header.get("status", "")
        token = page.findtext(f".//{OAI}resumptionToken")
        query = f"resumptionToken={token}" if token else ""
    return told


def test_restamp() -> None:
    """After a re-stamp the same records are there, each with a later date than any had before."""
    with sample_museum(works=300) as museum:
        before = _headers(museum)
        museum.restamp()
        after = _headers(museum)
        museum.restamp()
        again = _headers(museum)
    assert list(before) == list(after) == list(again)
    for earlier, later in ((before, after), (after, again)):
        assert max(stamp for stamp, _ in earlier.values()) < min(
            stamp for stamp, _ in later.values()
        )
    assert [status for _, status in before.values()] == [status for _, status in after.values()]


def test_withdraw() -> None:
    """A work that is withdrawn is gone in each museum's own way, and the others are as before."""
    with sample_museum(works=300) as museum:
        works = museum.collection.works
        met, wga = works["met"][7].source_id, works["wga"][7].source_id
        rijks = works["rijksmuseum"][7].source_id
        listed = _get(museum, MET, f"{API}/objects").json()["objectIDs"]
        before = _headers(museum)
        catalogue = _get(museum, WGA, "/database/download/data_txt.zip").content
        for source_id, name in ((met, "met"), (wga, "wga"), (rijks, "rijksmuseum")):
            museum.withdraw(source_id, name)

        left = _get(museum, MET, f"{API}/objects").json()["objectIDs"]
        assert left == [one for one in listed if one != int(met)]
        assert _get(museum, MET, f"{API}/objects/{met}").status_code == 404
        after = _headers(museum)
        changed = {one for one in before if before[one] != after[one]}
        assert changed == {f"https://id.sample-rijksmuseum.invalid/{rijks}"}
        assert after[changed.pop()][1] == "deleted"
        assert _get(museum, RIJKSMUSEUM, f"/{rijks}").status_code == 410
        assert _get(museum, WGA, "/database/download/data_txt.zip").content != catalogue
        assert _get(museum, WGA, f"/html/{wga}.html").status_code == 404
        with pytest.raises(UsageError, match="shows no work"):
            museum.withdraw(met)
