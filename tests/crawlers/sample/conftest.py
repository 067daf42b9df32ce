"""A running sample museum, shared by the tests of this room, and a way to ask it by made-up address."""

from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import pytest
import requests

from crawlers.sample import SampleMuseum, sample_museum

Ask = Callable[[str], requests.Response]


@pytest.fixture(scope="session")
def museum() -> Iterator[SampleMuseum]:
    """Return the museum of seed 0 with all its 1,200 works."""
    with sample_museum() as running:
        yield running


@pytest.fixture(scope="session")
def ask(museum: SampleMuseum) -> Iterator[Ask]:
    """Return a function that asks a made-up address of the museum over real HTTP on loopback."""
    with requests.Session() as session:
        session.trust_env = False

        def get(url: str) -> requests.Response:
            parts = urlsplit(url.replace("#", "%23"))
            path = quote(parts.path, safe="/%!,")
            query = f"?{parts.query}" if parts.query else ""
            return session.get(f"{museum.routes[parts.netloc]}{path}{query}", timeout=10)

        yield get
