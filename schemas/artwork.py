"""An artwork: what we hold to be so, in our vocabulary; and what is said about how it came to be."""

import pyarrow as pa

from schemas.columns import EVIDENCE, ICONCLASS, MAKER, PLACE, SIZE, TEXT, noun

ARTWORK = noun(
    ("id", pa.string(), "source:source_id, unique in a release."),
    ("source", pa.string(), "The museum as we reach it."),
    ("source_id", pa.string(), "The source's own id of the object."),
    ("institution", pa.string(), "The museum that holds the object."),
    ("object_number", pa.string(), "The inventory number; empty where the source gives none."),
    ("url", pa.string(), "The page of the object for people."),
    (
        "title",
        pa.string(),
        "The preferred title: English where there is one, else as it was given.",
    ),
    ("artist", pa.string(), "The one maker of undoubted part, as a label; null: unattributed."),
    (
        "artist_id",
        pa.string(),
        "Who that is, one id for a person in all museums: ulan:, wikidata:, rkd:, nga:, met: ..., else name: and the key.",
    ),
    (
        "artist_status",
        pa.string(),
        "Why there is or is no artist: see schemas.artwork.ARTIST_STATUS.",
    ),
    (
        "artist_qualifier",
        pa.string(),
        "The qualifier that keeps the maker from being the artist, or that was admitted (admit_attributed); else empty.",
    ),
    (
        "artist_certainty",
        pa.string(),
        "How sure the hand is of the one who decides the status: see schemas.artwork.ARTIST_CERTAINTY.",
    ),
    (
        "qualified_artist",
        pa.string(),
        "Whom the qualifier is about, as the museum names them: of 'workshop of Rubens', Rubens; null: nobody.",
    ),
    ("makers", pa.list_(MAKER), "Everybody the museum names, in its words."),
    ("artwork_types", pa.list_(pa.string()), "Artwork types, English terms."),
    (
        "coarse_type",
        pa.string(),
        "One of about twenty coarse types (vocab/coarse_types.csv), by function; null: none of its types tells.",
    ),
    ("materials", pa.list_(pa.string()), "Materials, English terms."),
    ("techniques", pa.list_(pa.string()), "Techniques, English terms."),
    ("year_first", pa.int32(), "First possible year of creation, BCE below zero; null: not known."),
    ("year_last", pa.int32(), "Last possible year of creation, included."),
    (
        "year",
        pa.float32(),
        "Mean of the two, up to 300 years apart (25 where there is no text); null where there is no closed interval.",
    ),
    (
        "circa",
        pa.bool_(),
        "The museum says 'circa', or doubts the date; null where there are no years.",
    ),
    (
        "date_precision",
        pa.string(),
        "What the date is told in: see schemas.artwork.DATE_PRECISION; empty where there are no years.",
    ),
    (
        "century",
        pa.int16(),
        "Century of the year (17 is 1601 to 1700, -1 is 100 to 1 BCE); null: no year, or first and last more than 100 years apart.",
    ),
    (
        "period",
        pa.string(),
        "The fifty years that the year lies in, as 1651-1700 or -500--451; null: no year, or first and last more than 50 years apart.",
    ),
    ("date_text", pa.string(), "The date in the museum's words."),
    (
        "period_as_given",
        pa.string(),
        "A named period in the museum's words, or the time frame of the artist (WGA); empty: none.",
    ),
    ("types_as_given", pa.list_(TEXT), "Artwork types in the museum's words."),
    ("medium_as_given", pa.list_(TEXT), "Medium, materials and techniques in the museum's words."),
    ("sizes", pa.list_(SIZE), "The size of each part that the museum names, in centimetres."),
    (
        "height_cm",
        pa.float32(),
        "Height of the object itself, never of its frame or mounting; null: not known.",
    ),
    ("width_cm", pa.float32(), "Width of the object itself."),
    ("depth_cm", pa.float32(), "Depth of the object itself."),
    ("diameter_cm", pa.float32(), "Diameter of the object itself."),
    ("dimensions_as_given", pa.list_(TEXT), "Sizes in the museum's words."),
    ("places", pa.list_(PLACE), "Where it was made or found, and which places it shows."),
    ("places_as_given", pa.list_(TEXT), "Places in the museum's words."),
    ("culture", pa.string(), "Culture or school, in the museum's words."),
    ("subjects", pa.list_(TEXT), "What it shows, in the museum's words."),
    (
        "iconclass",
        pa.list_(ICONCLASS),
        "What it shows, in IconClass: notations that exist, with their English text.",
    ),
    ("location", pa.string(), "Where it is kept now, in the source's words."),
    ("kept_at", pa.string(), "The institution that keeps it now; empty: not said."),
    ("kept_in", pa.string(), "The city where it is kept now; empty: not said."),
    (
        "rights",
        pa.string(),
        (
            "URI of the rights on the image, https and without a closing slash; words that stand for none "
            "in vocab/rights.csv as they are; empty: not said."
        ),
    ),
    (
        "rights_as_given",
        pa.string(),
        "The statement of rights as the source makes it: a URI, or its words; empty: none.",
    ),
    (
        "rights_stated",
        pa.string(),
        (
            "When the source said so, ISO 8601 in UTC: the date of the statement that the rights come from, "
            "as it was first received with this content; empty: the source dates nothing."
        ),
    ),
    ("image_url", pa.string(), "URL of the first image; empty: the source offers none."),
    ("evidence", pa.list_(EVIDENCE), "The raw records it rests on, the newest first."),
    (
        "judgements",
        pa.list_(pa.int32()),
        "Numbers in judgements.parquet: one for each rule, in their order.",
    ),
)

ARTIST_STATUS = {
    "named": "one maker of undoubted part: the artist",
    "qualified": "the only maker is named with a doubt or as a model (attributed to, after, workshop of)",
    "several": "several makers, or one who is named beside somebody in doubt",
    "not a person": "a firm, a manufactory, initials or a monogrammist",
    "other role": "only makers who did not make it: publisher, sitter, patron, or who died a century before",
    "anonymous": "the museum says that the maker is unknown or anonymous",
    "decided": "a decision of people says that nobody is to be named",
    "none": "the museum names nobody",
}
"""Values of ``artist_status``; only ``named`` has an artist."""

ARTIST_CERTAINTY = {
    "certain": "named without a doubt: the artist",
    "probable": "attributed to, probably",
    "possible": "possibly, a question mark, one of two names, or a qualifier that no table knows",
    "related": "workshop, pupil, follower, circle, school, style or manner of",
    "model": "after, copy after: whose work was the model",
    "refuted": "formerly attributed to, a forgery",
    "": "nobody is named, or several are, or a firm or somebody in another role",
}
"""Values of ``artist_certainty``: how sure it is that the person named made it with their own hand."""

DATE_PRECISION = {
    "day": "a day",
    "month": "a month",
    "year": "a year, or years that are not parts of anything below",
    "decade": "a decade (1650s), or part of one",
    "quarter": "a quarter of a century",
    "third": "early, mid or late in a century",
    "half": "half a century",
    "century": "a century or several, or a millennium",
    "period": "a named period or reign",
}
"""Values of ``date_precision``, the finest first; of a range the coarser end's."""

DROPPED = noun(
    ("source", pa.string(), "The museum as we reach it."),
    ("source_id", pa.string(), "The source's own id; empty where the raw record has none."),
    ("rule", pa.string(), "What dropped it: read, superseded, withdrawn."),
    ("reason", pa.string(), "Why, in a sentence that names the field or the newer statement."),
    ("evidence", EVIDENCE, "The raw record."),
)

JUDGEMENT = noun(
    ("number", pa.int32(), "What an artwork's judgements point to."),
    ("rule", pa.string(), "The rule's name."),
    ("input", pa.string(), "The distinct input, as JSON: column name to value."),
    ("value", pa.string(), "What the rule made of it, as JSON: column name to value."),
    ("because", pa.string(), "The vocabulary row, the pattern or the absence that decided."),
    ("artworks", pa.int64(), "How many artworks it holds for."),
)

TERM_USE = noun(
    ("source", pa.string(), "The museum as we reach it."),
    ("kind", pa.string(), "type, material or technique."),
    ("term", pa.string(), "The museum's word, lower-cased."),
    ("language", pa.string(), "Its language."),
    (
        "how",
        pa.string(),
        "table, head (ending of a compound), implied (by the medium), decision or unmatched (kept).",
    ),
    ("label", pa.string(), "The English label that it became."),
    ("occurrences", pa.int64(), "How often it occurs in this source."),
)
