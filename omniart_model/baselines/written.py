"""What is written into the folder of a baseline, beside its manifest."""

from dataclasses import replace
from pathlib import Path

from omniart_model.baselines.fitting import Fitted, base_of_fit, network_of
from omniart_model.baselines.study import Study
from omniart_model.baselines.table import Table
from omniart_model.files import as_json, write_whole
from omniart_model.report.card import model_card
from omniart_model.report.page import report_page
from omniart_model.report.shown import Shown
from omniart_model.training.checkpoint import Checkpoint, read_checkpoint, save_checkpoint
from omniart_model.training.predict import predict_split
from omniart_model.training.settings import TrainConfig

TABLE = "baselines.json"
TIMES = "times.json"
"""Wall times, apart from all that is the same from run to run."""

PREDICTIONS = "predictions.parquet"
CARD, REPORT = "README.md", "report.html"


def write_checkpoint(folder: Path, study: Study, found: Fitted, config: TrainConfig) -> Checkpoint:
    """Write the network that came of a training, and return it as it was written."""
    save_checkpoint(
        folder,
        network_of(study, found, config),
        study.classes,
        study.release,
        features=study.cache.key,
        config=config,
        report=found.report,
        base=base_of_fit(found),
    )
    return read_checkpoint(folder)


def write_folder(folder: Path, shown: Shown, checkpoint: Checkpoint) -> None:
    """Write table, predictions, model card and report beside a checkpoint; what answers is what was written there."""
    study, table = shown.study, shown.table
    predict_split(checkpoint, study.release, study.cache, study.split, folder / PREDICTIONS)
    write_whole(folder / TABLE, as_json(_timeless(table).as_dict()))
    write_whole(folder / TIMES, as_json({"seconds": dict(table.seconds)}))
    write_whole(folder / REPORT, report_page(shown).encode())
    write_whole(folder / CARD, model_card(shown).encode())


def _timeless(table: Table) -> Table:
    return replace(table, seconds={})
