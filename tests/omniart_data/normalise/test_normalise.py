"""Records become artworks: nothing is lost, order does not matter, every label can be asked for."""

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omniart_data.normalise import RULES, Normalised, Rule, normalise
from omniart_data.normalise.rule import Judged
from schemas.artwork import ARTIST_STATUS, ARTWORK, DROPPED, JUDGEMENT, TERM_USE
from schemas.record import RECORD, Maker, Record, Text, to_batch

WORDS = st.sampled_from(
    ["", "Oil on canvas", "olieverf op doek", "prent", "Paintings", "(a, b) Silk; Part: wool"]
) | st.text(max_size=12)
TEXTS = st.lists(st.builds(Text, WORDS, st.sampled_from(["nl", "en", "", "de"])), max_size=2)
NAMES = st.sampled_from(["anoniem", "Rijn, Rembrandt van", "REMBRANDT", "A.B."]) | st.text(
    max_size=9
)
YEARS = st.none() | st.integers(-(2**31), 2**31 - 1)
RECORDS = st.lists(
    st.builds(
        Record,
        source=st.sampled_from(["met", "wga"]),
        source_id=st.sampled_from(["1", "2", "3"]),
        stated=st.sampled_from(["", "2020-01-01T00:00:00Z"]),
        precedence=st.sampled_from([1, 2]),
        withdrawn=st.booleans(),
        titles=TEXTS.map(tuple),
        makers=st.lists(st.builds(Maker, NAMES, WORDS, WORDS), max_size=2).map(tuple),
        types=TEXTS.map(tuple),
        medium=TEXTS.map(tuple),
        materials=TEXTS.map(tuple),
        techniques=TEXTS.map(tuple),
        dates=TEXTS.map(tuple),
        year_first=YEARS,
        year_last=YEARS,
        period=WORDS,
        sha256=st.sampled_from(["a", "b"]),
        number=st.integers(0, 99),
    ),
    max_size=6,
)
LEARNT = ("material forms", "technique forms", "type forms", "coarse type", "artist")
TABLES = ("artworks", "dropped", "judgements", "term_uses")


def table(records: list[Record]) -> pa.Table:
    """Return records as a table."""
    return pa.Table.from_batches([to_batch(records)])


def as_bytes(done: Normalised) -> list[bytes]:
    """Return the four tables as the bytes that Arrow writes for them."""
    written = []
    for name in TABLES:
        sink = pa.BufferOutputStream()
        whole = getattr(done, name).combine_chunks()
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
        written.append(sink.getvalue().to_pybytes())
    return written


def ids(rows: pa.Table) -> list[tuple[str, str]]:
    """Return (source, source_id) of each row."""
    return list(zip(rows["source"].to_pylist(), rows["source_id"].to_pylist(), strict=True))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS)
def test_nothing_is_lost(records: list[Record]) -> None:
    """Each record leaves as one artwork or as one dropped row that says why; no text raises."""
    done = normalise(table(records))

    left = sorted(ids(done.artworks) + ids(done.dropped))
    assert left == sorted((one.source, one.source_id) for one in records)
    assert all(done.dropped["reason"].to_pylist())
    assert len(set(done.artworks["id"].to_pylist())) == done.artworks.num_rows
    assert set(done.artworks["artist_status"].to_pylist()) <= ARTIST_STATUS.keys()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS, st.randoms(use_true_random=False))
def test_order_does_not_matter(records: list[Record], random: Any) -> None:
    """The same records in any order, and in any chunks, give the same bytes."""
    given_numbers = [Record(**{**vars(one), "number": at}) for at, one in enumerate(records)]
    shuffled = random.sample(given_numbers, len(given_numbers))
    chunks = pa.concat_tables([RECORD.empty_table(), *(table([one]) for one in shuffled)])

    assert as_bytes(normalise(chunks)) == as_bytes(normalise(table(given_numbers)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS)
def test_every_label_can_be_asked_for(records: list[Record]) -> None:
    """An artwork's judgements are one a rule, and hold the values that stand in its row."""
    done = normalise(table(records))
    judgements = {row["number"]: row for row in done.judgements.to_pylist()}

    assert sorted(judgements) == list(range(len(judgements)))
    for artwork in done.artworks.to_pylist():
        told = [judgements[number] for number in artwork["judgements"]]
        assert [one["rule"] for one in told] == [*(rule.name for rule in RULES), *LEARNT]
        for one in told:
            assert one["because"]
            for name, value in json.loads(one["value"]).items():
                assert artwork.get(name, value) == value
    counted = sum(one["artworks"] for one in judgements.values())
    assert counted == done.artworks.num_rows * (len(RULES) + len(LEARNT))


def test_a_rule_is_asked_once_for_each_distinct_input() -> None:
    """Cost follows distinct values: a thousand rows of two kinds are two questions."""
    asked = []

    def judge(types: Any, period: Any) -> Judged:
        asked.append((str(types), period))
        return Judged(([period],), "because")

    records = [
        Record("met", str(n), types=(Text("vase", "en"),), period="AB"[n % 2]) for n in range(1000)
    ]
    rule = Rule("period", ("types", "period"), ("artwork_types",), judge)
    done = normalise(table(records), (rule, *RULES[2:], *RULES[:1]))

    assert len(asked) == 2
    assert done.artworks["artwork_types"].to_pylist() == [
        ["AB"[int(key.split(":")[1]) % 2]] for key in done.artworks["id"].to_pylist()
    ]


def test_whole(night_watch: Record, make_records: Callable[..., pa.Table]) -> None:
    """A Dutch record becomes an English artwork."""
    done = normalise(make_records(night_watch))
    [artwork] = done.artworks.to_pylist()

    assert artwork["title"] == "The Night Watch"
    assert artwork["artist"] == "Rembrandt van Rijn"
    assert artwork["artist_status"] == "named"
    assert artwork["artwork_types"] == ["painting"]
    assert artwork["materials"] == ["canvas", "oil paint"]
    assert (artwork["year_first"], artwork["year_last"], artwork["year"]) == (1642, 1642, 1642)
    assert artwork["circa"] is False
    assert artwork["image_url"] == "https://museum.invalid/1.jpg"
    assert artwork["rights"] == "https://creativecommons.org/publicdomain/mark/1.0"
    assert [one["text"] for one in artwork["medium_as_given"]] == ["doek", "olieverf"]
    assert artwork["evidence"] == [{"sha256": "a" * 64, "number": 0}]


def test_term_uses_are_counted_by_source(make_records: Callable[..., pa.Table]) -> None:
    """Each term is counted with its rows, and an unknown one is kept and told as unmatched."""
    records = [Record("met", str(n), types=(Text("Zorble", "en"),)) for n in range(3)]
    records.append(Record("wga", "1", types=(Text("Zorble", "en"),)))
    uses = normalise(make_records(*records)).term_uses.to_pylist()

    assert [(use["source"], use["how"], use["label"], use["occurrences"]) for use in uses] == [
        ("met", "unmatched", "zorble", 3),
        ("wga", "unmatched", "zorble", 1),
    ]


def test_empty() -> None:
    """No records give four empty tables of the right schemas."""
    done = normalise(RECORD.empty_table())

    schemas = (ARTWORK, DROPPED, JUDGEMENT, TERM_USE)
    for name, schema in zip(TABLES, schemas, strict=True):
        assert getattr(done, name).num_rows == 0
        assert getattr(done, name).schema.equals(schema)
