"""What is shown of a destination: never a secret."""

import pytest

from omniart_data.publish.files import Files
from omniart_data.publish.place import parse_place
from schemas.errors import ReleaseError, UsageError


@pytest.mark.parametrize(
    "said",
    [
        "bad secret: p%40ssword",
        "p@ssword refused",
        "user is unknown",
        "?sig=s1gnature",
        "of s1gnature",
    ],
)
def test_no_part_of_a_secret_is_told(said: str) -> None:
    """User, password and signature are masked whole and in parts, as they were written and as they are meant."""
    place = parse_place("s3://user:p%40ssword@museum/sets?sig=s1gnature")

    told = place.unsecret(said)

    assert "..." in told
    assert not any(word in told for word in ("p%40ssword", "p@ssword", "user", "s1gnature"))
    assert place.shown == "s3://museum/sets"


@pytest.mark.parametrize("text", ["simplecache::s3://key:secret@b/x", "zip://a::file:///tmp/x.zip"])
def test_a_chain_of_addresses_is_refused(text: str) -> None:
    """It is no folder of that name, and its secret is not repeated."""
    with pytest.raises(UsageError, match="chain of addresses") as refused:
        parse_place(text)
    assert "secret" not in str(refused.value)


def test_a_store_that_is_not_there() -> None:
    """A refused connection is an error of ours, without what the address keeps."""
    with pytest.raises(ReleaseError) as refused:
        Files(parse_place("ftp://user:p4ssword@127.0.0.1:1/x"))
    assert "p4ssword" not in str(refused.value)
