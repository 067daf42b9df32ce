"""Museums: how each is asked and read."""

from collections.abc import Mapping
from types import MappingProxyType

from crawlers.engine.source import Source
from crawlers.met import Met
from crawlers.rijksmuseum import Rijksmuseum
from crawlers.wga import Wga

SOURCES: Mapping[str, Source] = MappingProxyType(
    {source.name: source for source in (Met(), Rijksmuseum(), Wga())}
)
"""The museums that can be crawled, by name; a new one is a line here."""
