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
    ("split", pa.string(), "The split that it was given and keeps."),
    ("since", pa.string(), "The version that gave it."),
)

GROUP = noun(
    ("id", pa.string(), "An artwork whose group has several members."),
    ("group", pa.string(), "The group: the least id among its members."),
    ("because", pa.string(), "What binds this artwork to others of the group."),
)
