"""A small invented museum, served on loopback in the protocols of three real ones.

Every work, artist and picture of it is made up. ``SAMPLE_SOURCES`` are the three museums' own classes
under names that begin with ``sample-``; ``sample_museum`` is the server that they are pointed at, and
``Faults`` says how it misbehaves.
"""

from collections.abc import Mapping
from types import MappingProxyType

from crawlers.engine.source import Source
from crawlers.met import Met
from crawlers.rijksmuseum import Rijksmuseum
from crawlers.sample import hosts, met_bulk
from crawlers.sample.faults import FAULTS, MIXED, Faults, parse_faults
from crawlers.sample.hosts import routes_of
from crawlers.sample.met_api import API
from crawlers.sample.oai_pmh import BASE_URL
from crawlers.sample.server import LIFETIME_S, SampleMuseum, sample_museum, serve_museum
from crawlers.sample.wall import Wall
from crawlers.wga import Wga

__all__ = [
    "FAULTS",
    "LIFETIME_S",
    "MIXED",
    "SAMPLE_SOURCES",
    "Faults",
    "SampleMuseum",
    "Wall",
    "parse_faults",
    "routes_of",
    "sample_museum",
    "serve_museum",
]

SAMPLE_SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "sample-met": Met(
            name="sample-met",
            institution="Sample Metropolitan (invented)",
            attribution=hosts.NOTICE,
            base_url=f"https://{hosts.MET}{API}",
            pointer_url=f"https://{hosts.MET_OPEN_ACCESS}{met_bulk.POINTER}",
            file_url=f"https://{hosts.MET_OPEN_ACCESS}{met_bulk.FILE}",
            bulk_date=met_bulk.MADE,
        ),
        "sample-rijksmuseum": Rijksmuseum(
            name="sample-rijksmuseum",
            institution="Sample Rijksmuseum (invented)",
            attribution=hosts.NOTICE,
            base_url=BASE_URL,
        ),
        "sample-wga": Wga(
            name="sample-wga",
            institution="Sample Web Gallery (invented)",
            attribution=hosts.NOTICE,
            base_url=f"https://{hosts.WGA}",
        ),
    }
)
"""The three invented museums, by name."""
