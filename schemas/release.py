"""A release: the columns of its files."""

import pyarrow as pa

from schemas.artwork import ARTWORK
from schemas.columns import COLOUR, noun

SPLITS = ("train", "validation", "test")
UNATTRIBUTED = "unattributed"

IMAGE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])

PICTURE = noun(
    (
        "image_sha256",
        pa.string(),
        "SHA-256 of the picture as the source served it; null: none at hand.",
    ),
    ("image_status", pa.string(), "See schemas.release.IMAGE_STATUS."),
    ("width_px", pa.int32(), "Width of the picture as served, upright."),
    ("height_px", pa.int32(), "Height of the picture as served, upright."),
    (
        "colours",
        pa.list_(COLOUR),
        "Up to nine colours of the picture, the largest share first; null: no picture at hand.",
    ),
    (
        "perceptual_hash",
        pa.string(),
        "256 bits as 64 hexadecimal digits, alike for pictures that look alike (crawlers.engine.fingerprint); null: no picture at hand, or one without a shape.",
    ),
    ("image", IMAGE, "The picture itself, null unless image_status is 'in release'."),
)

EMBEDDED = "in release"
"""The one ``image_status`` of a picture that lies in the release itself."""

IMAGE_STATUS = {
    EMBEDDED: "the picture is in this file",
    "kept out": "the picture is in the workspace, its rights do not let it be passed on",
    "not asked for": "the release was built with --images none",
    "not allowed": "the rights do not let the picture be fetched",
    "none offered": "the source offers no picture, or its bulk file (the Met's) has no picture addresses",
    "not fetched": "the source offers a picture that could not be had",
    "unreadable": "what the source served is no picture that can be used: not decodable, or one placeholder for many works",
}

ROW = pa.schema(
    [
        *ARTWORK,
        *noun(
            (
                "artist_works",
                pa.int32(),
                "Works of this artist in the three splits; 0 in unattributed.",
            ),
            (
                "group",
                pa.string(),
                "Artworks with the same value are never on two sides: the least id among them.",
            ),
            ("split", pa.string(), "train, validation, test or unattributed."),
            (
                "may_train",
                pa.string(),
                (
                    "Whether the rights let a network learn from the picture: yes, no, or personal "
                    "(personal and educational use only)."
                ),
            ),
        ),
        *PICTURE,
    ]
)
"""One row of data/*.parquet; the image is the last column."""

LABEL = noun(
    ("task", pa.string(), "artist, type, coarse type, material or technique."),
    ("label", pa.string(), "The label, an English term or an artist's name."),
    ("id", pa.string(), "The artist's id, or the term's address in the AAT; empty: none known."),
    ("number", pa.int32(), "Its number in the task, never reused."),
    (
        "matched",
        pa.bool_(),
        (
            "The label comes from the vocabulary; false: a museum's word that no table knows, kept as "
            "it was found. True for artists."
        ),
    ),
    ("train", pa.int64(), "Artworks with it in train."),
    ("validation", pa.int64(), "Artworks with it in validation."),
    ("test", pa.int64(), "Artworks with it in test."),
    ("unattributed", pa.int64(), "Artworks with it in unattributed."),
)

LEDGER = noun(
    ("id", pa.string(), "The artwork."),
    ("split", pa.string(), "The split that it was given."),
    ("since", pa.string(), "The version that gave it."),
)
"""Append-only: an artwork has one line, and one more for each time that it was moved; the last one holds."""

GROUP = noun(
    ("id", pa.string(), "An artwork whose group has several members."),
    ("group", pa.string(), "The group: the least id among its members."),
    ("because", pa.string(), "What binds this artwork to others of the group."),
)

NEAR = noun(
    ("a", pa.string(), "An artwork."),
    ("b", pa.string(), "Another artwork, of greater id, whose picture is nearly the same."),
    (
        "distance",
        pa.int16(),
        "Bits of 256 in which their perceptual hashes differ, 0 to 64 (of the first 64 at most 8); null: more, or a hash is lacking.",
    ),
    (
        "mirrored_distance",
        pa.int16(),
        "Bits in which the hash of one differs from that of the other mirrored, within the same limits; null: more.",
    ),
    (
        "cosine",
        pa.float32(),
        "Cosine of their features, 0.98 or more; null: less, or the release was built without --features.",
    ),
    (
        "binds",
        pa.bool_(),
        "Both are one group for it; false: it would make a group too large, or people keep them apart.",
    ),
    ("apart", pa.bool_(), "A decision of people keeps the two apart."),
)
"""Near-duplicates. Of several artworks with one hash each is paired with the least id alone, and of more than 50 that are
all near each other by steps only pairs are told by which they hang together, the nearest ones."""
