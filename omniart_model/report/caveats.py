"""What a model card has to admit: what the paper leaves open, what the labels are worth, and whose art it is."""

from collections import Counter
from collections.abc import Iterator, Sequence

from omniart_model.baselines.table import OF_ONE_SEED
from omniart_model.report.shown import Shown
from omniart_model.training.settings import Finetune, Schedule, Weighting
from omniart_model.works import texts

_SHOWN = 4
"""Museums and cultures that are named, the commonest first."""

_WEIGHTS = {
    Weighting.RATIO: (
        "w of a task is the mean of all tasks' scaled validation losses over its own, taken after one epoch at w = 1 and "
        "then fixed"
    ),
    Weighting.UNCERTAINTY: "w is learnt beside the network, by each task's uncertainty, which is not the paper's way",
    Weighting.EQUAL: "w is 1 for every task, which is not the paper's way",
}
_STOP = {
    Schedule.CONSTANT: "early stopping on the weighted validation loss",
    Schedule.COSINE: "a fixed number of epochs under a cosine schedule",
}


def chosen(shown: Shown) -> Iterator[str]:
    """Yield what Strezoski & Worring 2017 leave open, and what was chosen here."""
    config = shown.config
    yield f"The tasks' weights w are not published, only that they are a ratio on validation. Here {_WEIGHTS[config.weighting]}."
    yield "The scale s of the period is printed as 10 and described as a division by ten: here it is 1/10."
    yield (
        "Optimiser, learning rate and the number of epochs are not given, batches are of 32: here AdamW, batches of "
        f"{shown.training.batch}, and {_STOP[config.schedule]}."
    )
    if config.finetune is Finetune.NONE:
        yield (
            "Whether batch normalisation of the frozen base adapts is not said: here it stays as it was trained (evaluation mode)."
        )
    yield (
        "The size of pictures and the kernel that shrinks them are not given: here they are the base's own, as told above. "
        "Another kernel gives other features."
    )
    yield (
        "Over which axis its MAP runs is not said: here mAP by class and, work by work, the 11-point iMAP of the Rijksmuseum "
        "Challenge (Mensink & van Gemert 2014) both stand."
    )
    yield "What its comparison calls accuracy of artists is mean class accuracy: here both stand, under their names."


def limits(shown: Shown) -> Iterator[str]:
    """Yield what the network is for and not for, and what its labels and its collections are worth; as plain texts."""
    yield "It is an aid to cataloguing: it proposes labels for a curator to judge."
    yield (
        "It is no authentication: it tells which of the artists that it knows a picture is most like, says so of any picture, and "
        "must not be used to attribute, value or sell a work."
    )
    yield (
        "Labels are those of museums, put into one vocabulary by rules. Attributions are disputed and revised, a material that is "
        "not named may be there all the same, and a year is often the middle of a range: a figure here is agreement with these "
        "labels, their noise with them."
    )
    yield _skew(shown)
    yield "A network may know a museum by its photographs: see museum only, and museums left out, in the report."
    if shown.table.left_out:
        yield f"Of museums left out: {OF_ONE_SEED}"


def _skew(shown: Shown) -> str:
    museums = _commonest(shown.study.train.museums)
    cultures = texts(shown.study.release.table("train", columns=["culture"])["culture"])
    told = _commonest([one for one in cultures if one])
    named = f" Cultures that museums name there: {told}." if told else " No culture is named there."
    return (
        f"Collections are not the world's art. Works of train by museum: {museums}.{named} Museums with open data are mostly Western, "
        "and so are their collections: where train has few works of a culture, a place or a time, answers are poor."
    )


def _commonest(names: Sequence[str]) -> str:
    """Return the commonest names with their shares."""
    counts = sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))
    total = len(names) or 1
    told = [f"{name} {100 * count / total:.0f} %" for name, count in counts[:_SHOWN]]
    return ", ".join([*told, f"{len(counts) - _SHOWN:,} more"] if len(counts) > _SHOWN else told)
