"""What all tests share: the museums' own records, where they are at hand."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real records; skip the test where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the museums' own records (../shared/data) are not here")
    return SHARED_DATA
