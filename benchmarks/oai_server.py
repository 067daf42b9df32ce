"""An OAI-PMH service for benchmarks: invented EDM records, every page made beforehand; run as a program.

    .venv/bin/python benchmarks/oai_server.py RECORDS PAGE_SIZE [--tear PAGE TIMES]

Prints its address once it listens, and ends with its standard input. ``--tear``: so many times the page ends in
the middle, with a Content-Length to match, as a broken proxy makes it.
"""

import argparse
import asyncio
from collections.abc import Sequence

from aiohttp import web
from lxml import etree
from service import serve

from crawlers.sample.collection import invent
from crawlers.sample.edm import edm_record

STAMP = "2026-01-15T12:00:00Z"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-02-01T00:00:00Z</responseDate><request>{}</request>"
)
_IDENTIFY = (
    "<Identify><repositoryName>Benchmark</repositoryName><baseURL>{}</baseURL>"
    "<protocolVersion>2.0</protocolVersion><adminEmail>nobody@invalid.invalid</adminEmail>"
    "<earliestDatestamp>2026-01-01T00:00:00Z</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
    "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify></OAI-PMH>"
)
_FORMATS = (
    "<ListMetadataFormats><metadataFormat><metadataPrefix>edm</metadataPrefix>"
    "<schema>http://www.europeana.eu/schemas/edm/EDM.xsd</schema>"
    "<metadataNamespace>http://www.europeana.eu/schemas/edm/</metadataNamespace>"
    "</metadataFormat></ListMetadataFormats></OAI-PMH>"
)
_NOTHING = '<error code="noRecordsMatch">nothing</error></OAI-PMH>'


def pages(records: int, size: int) -> list[bytes]:
    """Return all pages; the works are those of the sample museum over and over, under ids of their own."""
    works = invent(0, 1200).works["rijksmuseum"]
    made = [
        (work.source_id, etree.tostring(edm_record(work, nested=False)).decode()) for work in works
    ]
    texts = []
    for number in range(records):
        old, edm = made[number % len(made)]
        pid = f"https://id.sample-rijksmuseum.invalid/2{number:08}"
        edm = edm.replace(f"https://id.sample-rijksmuseum.invalid/{old}", pid)
        header = f"<header><identifier>{pid}</identifier><datestamp>{STAMP}</datestamp></header>"
        texts.append(f"<record>{header}<metadata>{edm}</metadata></record>")
    return [_page(texts[at : at + size], at, records) for at in range(0, records, size)]


def _page(texts: Sequence[str], at: int, records: int) -> bytes:
    end = at + len(texts)
    token = (
        f'<resumptionToken completeListSize="{records}" cursor="{at}">'
        f"{end if end < records else ''}</resumptionToken>"
    )
    listed = f"<ListRecords>{''.join(texts)}{token}</ListRecords></OAI-PMH>"
    return (_HEAD.format("http://127.0.0.1/oai") + listed).encode()


class Service:
    """The pages, and how often one of them is still to be torn."""

    def __init__(self, made: list[bytes], size: int, torn_page: int, times: int) -> None:
        self._pages, self._size = made, size
        self._torn_page, self._times = torn_page, times

    async def oai(self, request: web.Request) -> web.Response:
        """Answer a verb."""
        query = request.query
        body = self._body(query.get("verb", ""), dict(query))
        return web.Response(body=body, content_type="text/xml", charset="utf-8")

    def _body(self, verb: str, query: dict[str, str]) -> bytes:
        head = _HEAD.format("http://127.0.0.1/oai")
        if verb == "Identify":
            return (head + _IDENTIFY.format("http://127.0.0.1/oai")).encode()
        if verb == "ListMetadataFormats":
            return (head + _FORMATS).encode()
        if not query.get("from", "") <= STAMP <= query.get("until", "9999"):
            return (head + _NOTHING).encode()
        number = int(query.get("resumptionToken", "0")) // self._size
        if number + 1 == self._torn_page and self._times:
            self._times -= 1
            return self._pages[number][: len(self._pages[number]) // 2]
        return self._pages[number]


async def run(service: Service) -> None:
    """Serve until standard input ends."""
    app = web.Application()
    app.router.add_get("/oai", service.oai)
    app.router.add_get("/{host}/oai", service.oai)
    await serve(app)


def main() -> None:
    """Take the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int)
    parser.add_argument("size", type=int)
    parser.add_argument("--tear", nargs=2, type=int, default=(0, 0), metavar=("PAGE", "TIMES"))
    given = parser.parse_args()
    made = pages(given.records, given.size)
    asyncio.run(run(Service(made, given.size, *given.tear)))


if __name__ == "__main__":
    main()
