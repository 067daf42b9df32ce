"""What is written into the folder of a baseline, beside its manifest."""

from dataclasses import replace
from pathlib import Path

from omniart_model.baselines.table import Table
from omniart_model.files import as_json, write_whole
from omniart_model.report.card import model_card
from omniart_model.report.page import report_page
from omniart_model.report.shown import Shown
from omniart_model.training.checkpoint import read_checkpoint, save_checkpoint
from omniart_model.training.predict import predict_split

TABLE = "baselines.json"
TIMES = "times.json"
"""Wall times, apart from all that is the same from run to run."""

PREDICTIONS = "predictions.parquet"
CARD, REPORT = "README.md", "report.html"


def write_folder(folder: Path, shown: Shown) -> None:
    """Write table, checkpoint, predictions, model card and report."""
    study, table = shown.study, shown.table
    save_checkpoint(
        folder,
        shown.network,
        study.classes,
        study.release,
        features=shown.features,
        config=shown.config,
        report=shown.training,
    )
    checkpoint = read_checkpoint(folder)  # what answers is what was written
    predict_split(checkpoint, study.release, study.cache, "test", folder / PREDICTIONS)
    write_whole(folder / TABLE, as_json(_timeless(table).as_dict()))
    write_whole(folder / TIMES, as_json({"seconds": dict(table.seconds)}))
    write_whole(folder / REPORT, report_page(shown).encode())
    write_whole(folder / CARD, model_card(shown).encode())


def _timeless(table: Table) -> Table:
    return replace(table, seconds={})
