"""The figures of the README: measured here, kept in results/, and written into the README from there.

    .venv/bin/python benchmarks/figures.py museums       read the museums' files of ../shared/data
    .venv/bin/python benchmarks/figures.py photographs   make the baseline of the photographs of ../shared/data
    .venv/bin/python benchmarks/figures.py demo          what `make demo` does, from an empty workspace
    .venv/bin/python benchmarks/figures.py readme        write the README's tables from results/

A run takes the command line that a maintainer takes, in a process of its own, and notes its wall-clock time and
peak memory (`getrusage`, largest process).
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
SHARED = ROOT.parent / "shared" / "data"
BIN = Path(sys.executable).parent

Numbers = Mapping[str, Mapping[str, float]]


def museum_files(shared: Path = SHARED) -> list[str]:
    """Return the --from arguments for every sound file of the museums' samples."""
    met = [*sorted(shared.glob("met/csv_raw/*")), *sorted(shared.glob("met/api/objects_full_*"))]
    sound = [f"met={path}" for path in met if "damaged" not in path.name]
    pages = shared / "rijksmuseum/oai-legacy-dc-2022/pages-1-2000.tar.gz"
    rows = shared / "wga/paintings-2019/paintings.csv.gz"
    sources = [*sound, f"rijksmuseum={pages}", f"wga={rows}"]
    return [argument for source in sources for argument in ("--from", source)]


def run(*command: str | Path) -> dict[str, float]:
    """Run a command and return its wall-clock seconds and peak memory in MB; raise where it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    seconds = time.perf_counter() - started
    return {"seconds": round(seconds, 1), "peak_mb": round(usage.ru_maxrss / 1024)}


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version()}


def _facts(release: Path, names: Sequence[str]) -> dict[str, Numbers]:
    facts = json.loads((release / "facts.json").read_text(encoding="utf-8"))
    return {name: facts[name]["rows"] for name in names}


def _metrics(baseline: Path) -> dict[str, Any]:
    """Return each task's figures by answer and metric; the network's are called predictions, as in an evaluation."""
    table = json.loads((baseline / "baselines.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = {}
    for one in table["tasks"]:
        answers = {
            "predictions" if name == "multi-task network" else name: {
                key: measured["value"] for key, measured in metrics.items()
            }
            for name, metrics in one["answers"].items()
        }
        main = next(iter(one["answers"]["multi-task network"].values()))
        answers["predictions"]["n"] = main["n"]
        found[one["task"]["name"]] = answers
    return found


def measure_museums(workspace: Path) -> dict[str, Any]:
    """Build a release of the museums' files, without images, and verify it."""
    command = [BIN / "omniart-data", "build", *museum_files()]
    build = run(*command, "--workspace", workspace, "--images", "none")
    release = workspace / "releases" / "omniart-1.0.0"
    verify = run(BIN / "omniart-data", "verify", release)
    names = ("table_one", "census", "dropped", "terms")
    return {"build": build, "verify": verify, **_machine(), **_facts(release, names)}


def measure_photographs(workspace: Path) -> dict[str, Any]:
    """Build a release of the sample photographs, and make its baseline."""
    mapping = ROOT / "docs" / "examples" / "photographs.toml"
    local = ("--from", f"local={SHARED / 'images'}", "--mapping", mapping)
    build = run(BIN / "omniart-data", "build", *local, "--workspace", workspace)
    release = workspace / "releases" / "omniart-1.0.0"
    chosen = ("--base", "efficientnet-lite0", "--preset", "fast")
    made = run(BIN / "omniart-model", "baselines", release, "--workspace", workspace, *chosen)
    told = _facts(release, ("census",))
    return {
        "build": build,
        "baselines": made,
        **_machine(),
        **told,
        "tasks": _metrics(workspace / "baselines" / "1.0.0"),
    }


def measure_demo(workspace: Path) -> dict[str, Any]:
    """Do what `make demo` does after the install."""
    build = run(BIN / "omniart-data", "build", "--demo", "--workspace", workspace)
    release = workspace / "releases" / "omniart-1.0.0"
    chosen = ("--base", "efficientnet-lite0", "--preset", "fast", "--seeds", "2")
    made = run(BIN / "omniart-model", "baselines", release, "--workspace", workspace, *chosen)
    told = _facts(release, ("census",))
    tasks = _metrics(workspace / "baselines" / "1.0.0")
    return {"build": build, "baselines": made, **_machine(), **told, "tasks": tasks}


MEASURES: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "museums": measure_museums,
    "photographs": measure_photographs,
    "demo": measure_demo,
}


def results(name: str) -> dict[str, Any]:
    """Return the figures that were measured last."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def census_table() -> str:
    """Return what came of every record read from the museums' files."""
    told = results("museums")
    dropped = {rule: line["all"] for rule, line in told["dropped"].items()}
    reasons = ", ".join(f"{rule} {count:,}" for rule, count in dropped.items())
    rows = []
    for source, line in told["census"].items():
        in_splits = line["train"] + line["validation"] + line["test"]
        counts = (line["records read"], in_splits, line["unattributed"], line["dropped"])
        shares = [_translated(told["terms"], kind, source) for kind in ("type", "material")]
        rows.append([source, *(f"{count:,}" for count in counts), *shares])
    head = [
        "",
        "records read",
        "in splits",
        "unattributed",
        "dropped",
        "types translated",
        "materials",
    ]
    return f"{_table(head, rows)}\n\nDropped: {reasons}."


def _translated(terms: Numbers, kind: str, source: str) -> str:
    """Return the share of a kind's occurrences that is not left in the museum's own word."""
    lines = [
        line
        for name, line in terms.items()
        if name.startswith(f"{kind}, ") and source in (name.split(", ", 1)[1], "all")
    ]
    total = sum(line[how] for line in lines for how in ("table", "head", "implied", "unmatched"))
    left = sum(line["unmatched"] for line in lines)
    return f"{100 * (1 - left / total):.1f} %" if total else "-"


def _task_rows(tasks: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterator[list[str]]:
    shown = {
        "artist": (("top1", "top-1 accuracy"), ("top3", "top-3 accuracy")),
        "type": (("map_class", "mean average precision by class"),),
        "coarse type": (("top1", "top-1 accuracy"),),
        "material": (("map_class", "mean average precision by class"),),
        "period": (("mean_error", "mean absolute error, years"), ("within_50", "within 50 years")),
    }
    for task, metrics in shown.items():
        answers = tasks[task]
        plain = (
            "mean year" if task == "period" else "prior" if "prior" in answers else "majority class"
        )
        for key, name in metrics:
            own, other = answers["predictions"][key], answers[plain][key]
            form = "{:.1f}" if key == "mean_error" else "{:.3f}"
            rows = (task, name, form.format(own), f"{form.format(other)} ({plain})")
            yield [*rows, f"{answers['predictions']['n']:,}"]


def task_table(name: str) -> str:
    """Return a baseline's scores on the test split, beside an answer that looks at no picture."""
    head = ["task", "measure", "multi-task network", "without looking", "works"]
    return _table(head, list(_task_rows(results(name)["tasks"])))


def times(name: str) -> str:
    """Return how long a measurement's steps took, and the memory of the largest."""
    told = results(name)
    steps = [step for step in ("build", "verify", "train", "baselines") if step in told]
    text = ", ".join(f"{step} {told[step]['seconds']:.0f} s" for step in steps)
    peak = max(told[step]["peak_mb"] for step in steps)
    return f"On {told['cores']} cores: {text}; at most {peak / 1000:.1f} GB of memory."


def label_table() -> str:
    """Return how right the labels are on the half of the gold set that was set aside."""
    shown = (
        "artist",
        "types",
        "coarse type",
        "materials",
        "techniques",
        "date within 10 years",
        "size",
    )
    told = results("gold_held")
    rows = [
        [
            name,
            f"{told[name].get('f1', told[name].get('share')):.3f}",
            f"{told[name]['low']:.3f} to {told[name]['high']:.3f}",
            f"{told[name]['n']}",
        ]
        for name in (*shown, "places", "IconClass")
    ]
    return _table(["", "F1, or share that is right", "95 % interval", "artworks"], rows)


BLOCKS: Mapping[str, Callable[[], str]] = {
    "labels": label_table,
    "demo tasks": lambda: f"{task_table('demo')}\n\n{times('demo')}",
    "museums": lambda: f"{census_table()}\n\n{times('museums')}",
    "photographs": lambda: f"{task_table('photographs')}\n\n{times('photographs')}",
}


def with_figures(text: str) -> str:
    """Return a page with each marked block made anew from the results."""

    def made(match: re.Match[str]) -> str:
        return f"<!-- figures: {match[1]} -->\n{BLOCKS[match[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- figures: ([\w ]+) -->\n.*?<!-- end -->", made, text, flags=re.DOTALL)


def main() -> None:
    """Measure one set of figures, or write the README from those that were measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", choices=[*MEASURES, "readme"])
    what = parser.parse_args().what
    if what != "readme":
        with tempfile.TemporaryDirectory() as workspace:
            told = MEASURES[what](Path(workspace))
        body = json.dumps(told, indent=1, sort_keys=False) + "\n"
        (RESULTS / f"{what}.json").write_text(body, encoding="utf-8")
        return
    readme = ROOT / "README.md"
    readme.write_text(with_figures(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
