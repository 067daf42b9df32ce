"""From artworks to a release: grouped, split, written, opened, verified, described."""

from omniart_data.release.contents import Contents, Input
from omniart_data.release.groups import group_artworks, same_picture_edges
from omniart_data.release.manifest import Manifest
from omniart_data.release.read import Release, open_release
from omniart_data.release.split import assign_splits
from omniart_data.release.stats import render_table_one, table_one
from omniart_data.release.verify import VerifyReport, verify_release
from omniart_data.release.write import write_release

__all__ = [
    "Contents",
    "Input",
    "Manifest",
    "Release",
    "VerifyReport",
    "assign_splits",
    "group_artworks",
    "open_release",
    "render_table_one",
    "same_picture_edges",
    "table_one",
    "verify_release",
    "write_release",
]
