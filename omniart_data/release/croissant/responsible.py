"""What people must know before they use a release, in words: the card and the Croissant file say the same."""

from collections.abc import Mapping
from typing import Any

BIASES = (
    (
        "Periods are skewed, in each source in its own way. A baseline that always says the mean year is less "
        "wrong than it sounds."
    ),
    (
        "What a museum collects, and how it photographs it, tells its works apart: compare every result "
        "with one that was given the museum only, and test on a museum that was left out."
    ),
    (
        "Artists are the ones whom a museum names without a doubt. Workshops, followers and the unknown "
        "are in `unattributed`: what is in the splits is the canon more than the collection."
    ),
    (
        "Types and materials are as fine or as coarse as each museum writes them; a term that was not "
        "in the vocabulary stands as it was found."
    ),
    "A label that is missing is not known; it does not mean no.",
)
ONE_SOURCE = "All works come from one source: its habits cannot be told from art."

TAKEDOWN = (
    "Somebody who holds rights in a picture or is told of in a record, and wants it gone, asks whoever published "
    "this copy, and names the artwork by its `id`. `omniart-data takedown` then makes a new version without "
    "it, in which nothing else moves, and no later build brings it back."
)
KEPT = (
    "A version never changes once it is published. `ledger.parquet` and `labels.parquet` are append-only: from one "
    "version to the next an artwork stays in its split and a label keeps its number. Where an artwork had to be moved, or rows "
    "are gone, the version is a MAJOR one, and `CHANGELOG.md` says so."
)

LIMITATIONS = (
    "Labels are those of museums, which err and disagree; nobody has checked each of them.",
    (
        "Near-duplicates are found by picture: another photograph of the same work may go unnoticed, and "
        "views of a thing in the round need not look alike."
    ),
    "Pictures that may not be passed on are not in the release; only their address and SHA-256 are.",
)

USES = (
    "Multi-task classification of artworks: artist, type, material, technique and year of creation.",
    "Research on collections: what is held, how it is described, and how descriptions differ.",
    "Not meant for: appraisal, authentication or attribution of a real artwork to an artist.",
)


def responsible(sources: list[str], receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of the responsible-AI vocabulary (RAI 1.0), from what a receipt tells."""
    tools = [f"{package} {version}" for package, version in sorted(receipt["made_with"].items())]
    return {
        "rai:dataCollection": (
            "Descriptions and first pictures of objects, as museums offer them to the public: by API, by harvesting, "
            f"or as bulk files. Sources: {', '.join(sources)}."
        ),
        "rai:dataCollectionType": ["Secondary Data Analysis", "Software Collection"],
        "rai:dataCollectionMissingData": (
            "A museum's silence is null or empty, and never a value. The statistics `attributes` say how much is known "
            "of each source, `images` why there is no picture."
        ),
        "rai:dataCollectionRawData": (
            "The museums' records as they were received. Each row names its own by SHA-256 in `evidence`."
        ),
        "rai:dataImputationProtocol": "Nothing is imputed: what is not known stays unknown.",
        "rai:dataPreprocessingProtocol": [
            "Rules translate the museums' words into one English vocabulary; judgements.parquet says why each value is what it is.",
            "Pictures may have been made smaller and turned upright, and are otherwise as their source shows them.",
        ],
        "rai:dataManipulationProtocol": (
            "Duplicates, near-duplicates, views of one object and one work in two sources are kept on one side of the splits."
        ),
        "rai:dataAnnotationProtocol": [
            "Labels are what the museums' cataloguers wrote, normalised by rules.",
            (
                "Where the rules leave a question open, people may decide it in writing. Decisions applied: "
                f"{receipt['decisions']['applied']:,}."
            ),
        ],
        "rai:machineAnnotationTools": tools,
        "rai:dataUseCases": list(USES),
        "rai:dataBiases": [*BIASES, *([ONE_SOURCE] if len(sources) == 1 else [])],
        "rai:dataLimitations": list(LIMITATIONS),
        "rai:dataSocialImpact": (
            "Titles and descriptions keep the words of their time, some of which hurt; collections keep the choices of those who "
            "collected, often under colonial rule."
        ),
        "rai:personalSensitiveInformation": [
            "Names, years of birth and death of makers as museums publish them, some of them living.",
            "Titles and pictures show and name persons, and may tell of their religion, origin or health.",
        ],
        "rai:dataReleaseMaintenancePlan": f"{KEPT} {TAKEDOWN}",
    }
