"""Put the Croissant file together (https://docs.mlcommons.org/croissant, version 1.1).

It is made from the version, the facts, the receipt and the SHA-256 of the files alone. So it has no date
of publication: a release does not know when it is published.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from omniart_data.release.credits import VOCABULARIES, credit
from omniart_data.release.croissant.fields import Node, fields_of, told_field
from omniart_data.release.croissant.responsible import responsible
from omniart_data.release.croissant.tables import TABLES
from omniart_data.release.manifest import FileEntry, as_json
from omniart_data.release.sections import is_given
from schemas.release import ROW, SPLITS, UNATTRIBUTED

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
PARQUET = "application/x-parquet"
"""The type by which readers of Croissant know Parquet; the registered one they do not."""

CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of Croissant 1.1, and PROV beside it."""

OF_SPLIT = {
    "train": "https://mlcommons.org/croissant/TrainingSplit",
    "validation": "https://mlcommons.org/croissant/ValidationSplit",
    "test": "https://mlcommons.org/croissant/TestSplit",
    UNATTRIBUTED: "",
}
"""Split to what Croissant calls it; what has no certain artist is no split."""

CITE_AS = """@misc{{omniart-{version},
  title = {{OmniArt {version}}},
  author = {{{{omniart-data}}}},
  note = {{Version {version}, after arXiv:1708.00684}}
}}
@article{{strezoski2017omniart,
  title = {{OmniArt: Multi-task Deep Learning for Artistic Data Analysis}},
  author = {{Strezoski, Gjorgji and Worring, Marcel}},
  journal = {{arXiv preprint arXiv:1708.00684}},
  year = {{2017}},
  url = {{https://arxiv.org/abs/1708.00684}}
}}"""


def croissant(
    version: str,
    facts: Mapping[str, Any],
    receipt: Mapping[str, Any],
    files: Mapping[str, FileEntry],
) -> bytes:
    """Return croissant.json; of ``files`` it names the Parquet files and ``facts.json``."""
    sources = sorted(receipt["records_read"])
    invented = any(source.startswith("sample-") for source in sources)
    body = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": f"OmniArt {version}",
        "description": (
            f"{'These works are invented. ' if invented else ''}Artworks of museums with artist, type, material, technique "
            f"and year of creation {_how(receipt)}."
        ),
        "conformsTo": CONFORMS_TO,
        "version": version,
        "license": _licences(sources, facts, receipt),
        "creator": {"@type": "sc:Organization", "name": "omniart-data"},
        "citeAs": CITE_AS.format(version=version),
        "keywords": ["art", "museums", "multi-task", *(["invented"] if invented else [])],
        "inLanguage": ["en", "nl"],
        "isLiveDataset": False,
        **_provenance(sources, receipt),
        **responsible(sources, receipt),
        "distribution": [*_files(files), *_file_sets()],
        "recordSet": [_splits(), _artworks(), *_tables(), _statistics(facts), _queries(facts)],
    }
    return as_json(body, sort_keys=False)


def _licences(
    sources: Iterable[str], facts: Mapping[str, Any], receipt: Mapping[str, Any]
) -> list[str]:
    """Return the addresses of all terms that a part of the release is under, and of the table that says which."""
    told = [credit(source, receipt["credits"]).data_licence for source in sources]
    told += [vocabulary.data_licence for vocabulary in VOCABULARIES]
    named = [address for text in told for address in re.findall(r"https?://[^\s)]+", text)]
    named += [rights for rights in facts["rights"]["rows"] if re.fullmatch(r"https?://\S+", rights)]
    return ["README.md#licences-and-thanks", *sorted(set(named))]


def _provenance(sources: Iterable[str], receipt: Mapping[str, Any]) -> Node:
    read = receipt["records_read"]
    derived: list[Node] = [
        {
            "@type": "prov:Entity",
            "name": credit(source, {}).name,
            "description": f"{read[source]:,} records of the source {source}.",
        }
        for source in sources
    ]
    derived += [
        {
            "@type": "prov:Entity",
            "name": given["name"],
            "description": f"An input of the source {given['source']}.",
            "sha256": given["sha256"],
        }
        for given in receipt["inputs"]
    ]
    made_with = [f"{package} {number}" for package, number in sorted(receipt["made_with"].items())]
    node: Node = {
        "prov:wasDerivedFrom": derived,
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "name": "omniart-data build",
            "description": f"Made with {', '.join(made_with)}; seed {receipt['seed']}.",
        },
    }
    if previous := receipt["previous"]:
        node["prov:wasRevisionOf"] = {
            "@type": "prov:Entity",
            "name": f"OmniArt {previous['version']}",
            "sha256": previous["digest"],
        }
    return node


def _files(files: Mapping[str, FileEntry]) -> Iterator[Node]:
    for path, entry in sorted(files.items()):
        if path.endswith(".parquet") or path == "facts.json":
            yield {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "contentSize": f"{entry.size_bytes} B",
                "encodingFormat": PARQUET if path.endswith(".parquet") else "application/json",
                "sha256": entry.sha256,
            }


def _file_sets() -> Iterator[Node]:
    whole = {"data": ("All shards.", [f"data/{split}-*.parquet" for split in OF_SPLIT])}
    parts = {split: (f"The shards of {split}.", [f"data/{split}-*.parquet"]) for split in OF_SPLIT}
    for name, (description, includes) in {**whole, **parts}.items():
        yield {
            "@type": "cr:FileSet",
            "@id": name,
            "name": name,
            "description": description,
            "encodingFormat": PARQUET,
            "includes": includes,
        }


def _splits() -> Node:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": (
            "The splits, in which no artwork, and nothing nearly the same, is twice; and unattributed, which is in none."
        ),
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            told_field("splits/name", "sc:Text", "The split, as the column split has it."),
            told_field("splits/url", "sc:URL", "What it is to Croissant; empty: no split."),
        ],
        "data": [{"splits/name": name, "splits/url": url} for name, url in OF_SPLIT.items()],
    }


def _artworks() -> Node:
    """Return the record set of all artworks; the split is told from the file's name, so that one can be asked for alone."""
    source: Node = {"fileSet": {"@id": "data"}}
    fields = fields_of("artworks", ROW, source)
    for field in fields:
        if field["name"] == "split":
            named = "|".join((*SPLITS, UNATTRIBUTED))
            field["source"] = {
                **source,
                "extract": {"fileProperty": "fullpath"},
                # The shard's path, or the split alone: readers apply it once more to what it gave.
                "transform": {"regex": f"^(?:data/)?({named})(?:-.*)?$"},
            }
            field["references"] = {"field": {"@id": "splits/name"}}
    return {
        "@type": "cr:RecordSet",
        "@id": "artworks",
        "name": "artworks",
        "description": "One record an artwork, with its first picture.",
        "key": {"@id": "artworks/id"},
        "field": fields,
    }


def _tables() -> Iterator[Node]:
    for table in TABLES:
        key = {"key": [{"@id": f"{table.name}/{column}"} for column in table.key]}
        yield {
            "@type": "cr:RecordSet",
            "@id": table.name,
            "name": table.name,
            "description": table.description,
            **(key if table.key else {}),
            "field": fields_of(
                table.name, table.schema, {"fileObject": {"@id": f"{table.name}.parquet"}}
            ),
        }


def _statistics(facts: Mapping[str, Any]) -> Node:
    names = ("fact", "row", "column", "number")
    return {
        "@type": "cr:RecordSet",
        "@id": "statistics",
        "name": "statistics",
        "description": "Every number that the release says of itself, as facts.json has them.",
        "key": [{"@id": f"statistics/{name}"} for name in names[:3]],
        "field": [
            told_field("statistics/fact", "sc:Text", "Which table of facts: see queries."),
            told_field("statistics/row", "sc:Text", "Its row."),
            told_field("statistics/column", "sc:Text", "Its column."),
            told_field("statistics/number", "cr:Float64", "The number there."),
        ],
        "data": [
            dict(zip((f"statistics/{n}" for n in names), (fact, *cell), strict=True))
            for fact, told in facts.items()
            for cell in _cells(told["rows"])
        ],
    }


def _cells(rows: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, str, float]]:
    for row, line in rows.items():
        for column, number in line.items():
            yield row, column, number


def _queries(facts: Mapping[str, Any]) -> Node:
    return {
        "@type": "cr:RecordSet",
        "@id": "queries",
        "name": "queries",
        "description": "The query that gives each table of facts.",
        "key": {"@id": "queries/fact"},
        "field": [
            told_field("queries/fact", "sc:Text", "The name of the fact."),
            told_field(
                "queries/query", "sc:Text", "What gives its numbers, on the files of the release."
            ),
        ],
        "data": [
            {"queries/fact": name, "queries/query": told["query"]} for name, told in facts.items()
        ],
    }


def _how(receipt: Mapping[str, Any]) -> str:
    """Return in which words and splits the artworks are told."""
    if is_given(receipt):
        return "in the words and the splits of a benchmark"
    return "in one English vocabulary, split 70/20/10 within each artist"
