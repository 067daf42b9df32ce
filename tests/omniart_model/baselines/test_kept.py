"""What is finished is kept: the same run takes it up, and no other run does."""

from pathlib import Path

import numpy as np
import pytest

from omniart_model.baselines.kept import Kept, Part


def made(value: float) -> Part:
    """Return something that took long."""
    return Part(
        {"scores": np.full((2, 3), value, np.float32), "year": np.float32(value).reshape(())},
        {"s": value},
    )


def never() -> Part:
    """Fail: a kept part is not made again."""
    pytest.fail("made again")


def test_a_part_is_made_once(tmp_path: Path) -> None:
    """The second time it is read, arrays and facts as they were."""
    kept = Kept.beside(tmp_path / "1.0.0", {"seeds": 1})
    kept.once("single: artist 0", lambda: made(1.5))

    again = Kept.beside(tmp_path / "1.0.0", {"seeds": 1}).once("single: artist 0", never)

    assert again.arrays["scores"].tolist() == [[1.5] * 3] * 2
    assert again.arrays["year"].shape == ()
    assert again.facts == {"s": 1.5}
    assert [path.name for path in tmp_path.rglob("*.safetensors")] == [
        "single-artist-0.safetensors"
    ]


def test_arrays_are_mapped_from_their_file(tmp_path: Path) -> None:
    """Whatever type and shape they have, also none, they are the file's own bytes, and cannot be written to."""
    arrays = {
        "halves": np.arange(6, dtype=np.float16).reshape(2, 3),
        "flags": np.array([True, False, True]),
        "numbers": np.arange(4),
        "nothing": np.zeros((0, 5), np.float32),
        "years": np.linspace(1500, 1900, 5),
    }

    held = Kept.beside(tmp_path / "1.0.0", {}).once("a", lambda: Part(arrays)).arrays

    for name, array in arrays.items():
        assert held[name].dtype == array.dtype
        np.testing.assert_array_equal(held[name], array)
        assert not held[name].flags.writeable
        assert not held[name].flags.owndata


def test_rot_is_seen(tmp_path: Path) -> None:
    """A part one bit of which is no longer as it was written is made anew, wherever in its arrays the bit is."""
    kept = Kept.beside(tmp_path / "1.0.0", {})
    kept.once("a", lambda: made(1.0))
    path = kept.folder / "a.safetensors"
    whole = path.read_bytes()

    for place in (1, 13, 28):
        rotten = bytearray(whole)
        rotten[-place] ^= 4
        path.write_bytes(rotten)

        assert kept.once("a", lambda: made(2.0)).facts == {"s": 2.0}


def test_another_run_takes_nothing_over(tmp_path: Path) -> None:
    """A part that was made with other settings is made anew, and so is one that cannot be read."""
    Kept.beside(tmp_path / "1.0.0", {"seeds": 1}).once("a", lambda: made(1.0))
    kept = Kept.beside(tmp_path / "1.0.0", {"seeds": 2})

    assert kept.once("a", lambda: made(2.0)).facts == {"s": 2.0}
    (kept.folder / "a.safetensors").write_bytes(b"torn")
    assert kept.once("a", lambda: made(3.0)).facts == {"s": 3.0}


def test_nothing_is_left_in_the_end(tmp_path: Path) -> None:
    """Once the folder is whole, its parts are gone."""
    kept = Kept.beside(tmp_path / "1.0.0", {})
    kept.once("a", lambda: made(1.0))

    kept.remove()

    assert list(tmp_path.iterdir()) == []
