"""How the network was trained: its curve, and the facts."""

from collections.abc import Sequence

from omniart_data.release.report.markup import Names, counted, figure
from omniart_data.release.report.plots import svg
from omniart_model.report.prose import listed, paragraph
from omniart_model.report.shown import Shown
from omniart_model.report.words import joined
from omniart_model.training.settings import (
    Epoch,
    Finetune,
    Schedule,
    Tail,
    Weighting,
    YearHead,
)

_WIDTH, _HEIGHT, _LEFT, _TOP = 360, 200, 36, 16

_WEIGHTING = {
    Weighting.RATIO: "from validation after one epoch at w = 1, then fixed",
    Weighting.UNCERTAINTY: "learnt beside the network (uncertainty)",
    Weighting.EQUAL: "all alike",
}
_TAIL = {
    Tail.WEIGHTS: "rare classes weigh more in the loss",
    Tail.LOGITS: "the classes' prior is added to the logits in training",
    Tail.NONE: "rare classes weigh no more than others",
}
_FINETUNE = {
    Finetune.NONE: "frozen",
    Finetune.LAST: "its last stage trained too",
    Finetune.ALL: "all of it trained too",
}

_WHY_KEPT = {
    Schedule.CONSTANT: "The network is that of the epoch that is the best on validation,",
    Schedule.COSINE: "The network is that of the last epoch, whatever validation says,",
}


def making_html(names: Names, shown: Shown) -> str:
    """Return the curve of the checkpoint's seed and how everything was made."""
    training, schedule = shown.training, shown.config.schedule
    return f"{curve(names, training.epochs, training.best, schedule)}{listed(facts(shown))}"


def facts(shown: Shown) -> list[str]:
    """Return how the baseline was made, a sentence each."""
    return [*_of_data(shown), *_of_training(shown)]


def _of_data(shown: Shown) -> list[str]:
    key, table = shown.features, shown.table
    licence = f" Their licence: {shown.licence}." if shown.licence else ""
    return [
        f"Release {table.release}, id (SHA-256 of its manifest) {table.digest}.",
        f"Scored on {table.split}: {counted(table.works, 'work')} with a picture. {_by_validation(shown)}",
        (
            f"Base {key['base']}, {_FINETUNE[shown.config.finetune]}; weights SHA-256 "
            f"{key['weights_sha256'] or 'none'}.{licence}"
        ),
        (
            f"Pictures are seen as {key['view']} (short side > square in pixels, resize kernel, mean/deviation), in these "
            f"views: {key.get('views', 'original,mirrored').replace(',', ', ')}; features are kept as {key.get('dtype', 'float16')}."
        ),
        (
            f"{counted(shown.pictures, 'picture')} in the release, {shown.unseen:,} of them not at hand or not decodable: "
            "such works are not trained on, and are answered with the prior."
        ),
    ]


def _by_validation(shown: Shown) -> str:
    """Return what of the network is taken from validation: under a cosine schedule its epoch is not (``Schedule``)."""
    told = {
        "the tasks' weights": shown.config.weighting is Weighting.RATIO,
        "how wide the ranges of years are": bool(shown.year) and not shown.network.bins,
        "the epoch that is kept": shown.config.schedule is Schedule.CONSTANT,
        "the checkpoint's seed": len(shown.answer.seeds) > 1,
    }
    taken = joined(name for name, is_so in told.items() if is_so)
    return f"Chosen on validation: {taken or 'nothing'}."


def _kept(shown: Shown) -> str:
    """Return which seed and epoch the checkpoint is of, and why."""
    training, config = shown.training, shown.config
    seeds = len(shown.answer.seeds)
    of_seed = f"{config.seed}, the best on validation" if seeds > 1 else f"{config.seed}"
    ran = counted(len(training.epochs), "epoch")
    epoch = (
        f"of the last of {ran}: a cosine schedule ends at a rate of 0, and is not stopped before"
        if config.schedule is Schedule.COSINE
        else f"as it was after epoch {training.best} of {ran}, the best on validation"
    )
    return f"{counted(seeds, 'seed')}; the checkpoint is of seed {of_seed}, {epoch}."


def _of_training(shown: Shown) -> list[str]:
    training, config = shown.training, shown.config
    weights = ", ".join(f"{name} {value:.3g}" for name, value in training.weights.items())
    year = (
        f"a distribution over bins of {config.year_bin} years"
        if config.year is YearHead.BINS
        else "a number"
    )
    layer = (
        f"{config.shared:,} units with ReLU" if config.shared else "none: heads read the features"
    )
    return [
        (
            f"Shared layer: {layer}; dropout {config.dropout:g}. Years are answered as {year}; {_TAIL[config.tail]}."
        ),
        (
            f"{counted(training.train, 'work')} in train, {training.validation:,} in validation; batches of {training.batch}, "
            f"AdamW at {config.rate:g}, {config.schedule.value}, with decay {config.decay:g}."
        ),
        f"Task weights, {_WEIGHTING[config.weighting]}: {weights or 'none'}.",
        _kept(shown),
    ]


def curve(names: Names, epochs: Sequence[Epoch], kept: int, schedule: Schedule) -> str:
    """Return the weighted loss by epoch, train and validation, as a picture; ``kept`` is the epoch of the network.

    The first epoch is left out where there are others: its weights are all 1, and its loss is not comparable.
    """
    shown = [epoch for epoch in epochs if epoch.number > 1] or list(epochs)
    if not shown:
        return paragraph("No epoch was trained.")
    first, last = shown[0].number, shown[-1].number
    top = max(max(epoch.train, epoch.total) for epoch in shown) or 1.0
    bottom, right = _HEIGHT - 36, _WIDTH - 8

    def place(number: int, loss: float) -> str:
        x = _LEFT + (number - first) / max(last - first, 1) * (right - _LEFT)
        return f"{x:.1f},{bottom - loss / top * (bottom - _TOP):.1f}"

    lines = {
        "train": " ".join(place(epoch.number, epoch.train) for epoch in shown),
        "validation": " ".join(place(epoch.number, epoch.total) for epoch in shown),
    }
    body = f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>'
    body += "".join(f'<polyline class="{css}" points="{line}"/>' for css, line in lines.items())
    totals = {epoch.number: epoch.total for epoch in shown}
    told = f"Weighted loss, epoch {first} to {last}."
    if kept in totals:
        x, y = place(kept, totals[kept]).split(",")
        body += f'<circle class="kept" cx="{x}" cy="{y}" r="4"/>'
        told += f" {_WHY_KEPT[schedule]} {kept}, where it is {totals[kept]:.3f} on validation."
    body += (
        f'<text class="soft" x="{_LEFT - 4}" y="{_TOP + 4}" text-anchor="end">{top:.2f}</text>'
        f'<text class="soft" x="{_LEFT - 4}" y="{bottom + 4}" text-anchor="end">0</text>'
        f'<text class="soft" x="{_LEFT}" y="{bottom + 16}">epoch {first}</text>'
        f'<text class="soft" x="{right}" y="{bottom + 16}" text-anchor="end">epoch {last}</text>'
        f'<text class="soft" x="{_LEFT}" y="{bottom + 32}">dashed: train; full: validation</text>'
    )
    picture = svg(names, "Loss by epoch", told, _HEIGHT, body)
    return figure("Loss by epoch", picture, paragraph(told, "quiet"))
