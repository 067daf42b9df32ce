"""The figures of README.md, docs/baselines.md and docs/comparison.md: measured here, kept in results/, and written into the pages from there.

    .venv/bin/python benchmarks/figures.py museums       read the museums' files of ../shared/data
    .venv/bin/python benchmarks/figures.py photographs   make the baseline of the photographs of ../shared/data
    .venv/bin/python benchmarks/figures.py demo          what `make demo` does, from an empty workspace
    .venv/bin/python benchmarks/figures.py compare       compare sizes, augmentations and methods on the photographs
    .venv/bin/python benchmarks/figures.py pages         write the tables of the pages from results/

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
from collections.abc import Callable, Mapping, Sequence
from functools import partial
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


def _table_of(baseline: Path) -> dict[str, Any]:
    """Return what a page shows of baselines.json: figures, differences, museums, times."""
    told: dict[str, Any] = json.loads((baseline / "baselines.json").read_text(encoding="utf-8"))
    tasks = {
        task["task"]["name"]: {
            "classes": len(task["classes"]),
            "answers": task["answers"],
            "differences": task["differences"],
        }
        for task in told["tasks"]
    }
    rest = ("works", "what", "museum_told", "museum_majority", "left_out")
    return {"tasks": tasks, "leaks": len(told["leaks"]), **{name: told[name] for name in rest}}


def measure_museums(workspace: Path) -> dict[str, Any]:
    """Build a release of the museums' files, without images, and verify it."""
    command = [BIN / "omniart-data", "build", *museum_files()]
    build = run(*command, "--workspace", workspace, "--images", "none")
    release = workspace / "releases" / "omniart-1.0.0"
    verify = run(BIN / "omniart-data", "verify", release)
    names = ("table_one", "census", "dropped", "terms")
    return {"build": build, "verify": verify, **_machine(), **_facts(release, names)}


RECIPE = ("--base", "efficientnet-lite0", "--preset", "fast")


def _measure_baselines(workspace: Path, build: Sequence[str | Path], seeds: int) -> dict[str, Any]:
    """Build a release from an empty workspace and make its baselines, features included."""
    built = run(BIN / "omniart-data", "build", *build, "--workspace", workspace)
    release = workspace / "releases" / "omniart-1.0.0"
    told = ("--workspace", workspace, *RECIPE, "--seeds", str(seeds))
    made = run(BIN / "omniart-model", "baselines", release, *told)
    baseline = workspace / "baselines" / "1.0.0"
    times = json.loads((baseline / "times.json").read_text(encoding="utf-8"))
    return {
        "build": built,
        "baselines": made,
        "seeds": seeds,
        **_machine(),
        **_facts(release, ("census",)),
        **_table_of(baseline),
        "seconds": times["seconds"],
    }


def _photographs() -> list[str | Path]:
    mapping = ROOT / "docs" / "examples" / "photographs.toml"
    return ["--from", f"local={SHARED / 'images'}", "--mapping", mapping]


def measure_photographs(workspace: Path) -> dict[str, Any]:
    """Make the baselines of the sample photographs: every attributed work is a painting."""
    return _measure_baselines(workspace, _photographs(), seeds=5)


def measure_all_photographs(workspace: Path) -> dict[str, Any]:
    """Make the baselines of the sample photographs with works of no artist in the splits: types and materials vary."""
    return _measure_baselines(workspace, [*_photographs(), "--split-unattributed"], seeds=5)


COMPARED = (
    *("--shared", "1024,0,512,2048,6144"),
    *("--augment", "flip,none,rotation,mean,zca"),
    *("--methods", "paper,recipe,year-bins,logit-adjustment,uncertainty,dropout"),
    *("--seeds", "3"),
)


def measure_compare(workspace: Path) -> dict[str, Any]:
    """Make the paper's comparisons on the sample photographs, with works of no artist, as far as one base goes."""
    asked = [*_photographs(), "--split-unattributed", "--workspace", workspace]
    built = run(BIN / "omniart-data", "build", *asked)
    release = workspace / "releases" / "omniart-1.0.0"
    made = run(BIN / "omniart-model", "compare", release, "--bases", RECIPE[1], *COMPARED)
    page = (workspace / "comparisons" / "1.0.0" / "compare.md").read_text(encoding="utf-8")
    title, *sections = page.split("\n## ")
    about = title.split("\n\n", 2)[2].strip()
    tables = dict(section.split("\n\n", 1) for section in sections)
    return {
        "build": built,
        "compare": made,
        **_machine(),
        "about": about,
        "tables": {name: body.strip() for name, body in tables.items()},
    }


def measure_demo(workspace: Path) -> dict[str, Any]:
    """Do what `make demo` does after the install."""
    return _measure_baselines(workspace, ["--demo"], seeds=2)


MEASURES: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "museums": measure_museums,
    "photographs": measure_photographs,
    "all_photographs": measure_all_photographs,
    "compare": measure_compare,
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


SHOWN: Mapping[str, Sequence[tuple[str, str]]] = {
    "artist": (
        ("top1", "top 1"),
        ("top3", "top 3"),
        ("mean_class_accuracy", "mean class accuracy"),
    ),
    "type": (
        ("map_class", "mAP by class"),
        ("imap_11_point", "iMAP, 11-point"),
        ("lrap", "label ranking"),
    ),
    "material": (
        ("map_class", "mAP by class"),
        ("imap_11_point", "iMAP, 11-point"),
        ("lrap", "label ranking"),
    ),
    "period": (
        ("mean_error", "mean error, years"),
        ("median_error", "median error, years"),
        ("within_50", "within 50 years"),
        ("within_25", "within 25 years"),
        ("in_interval", "in the museum's interval"),
    ),
}
"""Metrics of each task that a page shows; the first is the one that answers are compared by."""

NETWORK = "multi-task network"


def _number(metric: str, value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.1f}" if metric.endswith("_error") else f"{value:.3f}"


def _figure(metric: str, measured: Mapping[str, float | None], *, interval: bool) -> str:
    """Return a figure, with its interval, or with its spread over seeds."""
    text = _number(metric, measured["value"])
    if interval and measured["low"] is not None:
        ends = (_number(metric, measured[end]) for end in ("low", "high"))
        text += f" ({' to '.join(ends)})"
    spread = measured["spread"]
    return f"{text} ± {_number(metric, spread)}" if spread and not interval else text


def _verdict(metric: str, difference: Mapping[str, Any] | None) -> str:
    if difference is None:
        return ""
    if difference["low"] is None:
        return str(difference["verdict"])
    ends = " to ".join(_number(metric, difference[end]) for end in ("low", "high"))
    return f"{difference['verdict']} ({ends})"


def answer_table(name: str, task: str) -> str:
    """Return every answer to a task: the main metric with its interval, the others with their spread over seeds."""
    told = results(name)["tasks"][task]
    shown, main = SHOWN[task], SHOWN[task][0][0]
    rows = []
    for answer in sorted(told["answers"], key=lambda one: one != NETWORK):
        figures = told["answers"][answer]
        cells = [_figure(key, figures[key], interval=key == main) for key, _ in shown]
        differs = told["differences"].get(answer, {}).get(main)
        rows.append([answer, *cells, _verdict(main, differs)])
    head = ["answer", *(title for _, title in shown), "the network beside it"]
    works = told["answers"][NETWORK][main]["n"]
    classes = f", {told['classes']:,} classes" if told["classes"] else ""
    return f"{works:,} works of the test split{classes}.\n\n{_table(head, rows)}"


def left_out_table(name: str) -> str:
    """Return what the network says of a museum's works when it has seen none of that museum."""
    rows = [
        [
            line["museum"],
            line["task"],
            _figure(line["metric"], line["within"], interval=False),
            _figure(line["metric"], line["without"], interval=False),
            _verdict(line["metric"], line["difference"]),
            f"{line['within']['n']:,}",
        ]
        for line in results(name)["left_out"]
        if line["metric"] == SHOWN[line["task"]][0][0] and line["within"]["n"]
    ]
    head = ["museum", "task", "seen", "not seen", "not seen beside seen", "works"]
    return _table(head, rows)


def museums_page(name: str) -> str:
    """Return how well the museum is told from the features, and the table of museums left out."""
    told = results(name)
    found, largest = (
        _figure("top1", told[one], interval=True) for one in ("museum_told", "museum_majority")
    )
    return (
        f"A linear head tells the museum from the features of {found} of the test works; whoever always names the "
        f"largest is right for {largest}.\n\n{left_out_table(name)}"
    )


def task_table(name: str) -> str:
    """Return the network's scores on the test split, beside the best answer that is not of its kind."""
    rows = []
    for task, shown in SHOWN.items():
        answers = results(name)["tasks"][task]["answers"]
        metric, title = shown[0]
        plain = ("prior", "majority class", "median year")
        looking = next(one for one in plain if one in answers)
        cells = [_figure(metric, answers[NETWORK][metric], interval=True)]
        others = ("single-task networks", "nearest neighbours", looking)
        cells += [_figure(metric, answers[one][metric], interval=False) for one in others]
        rows.append([task, title, *cells, f"{answers[NETWORK][metric]['n']:,}"])
    head = ["task", "measure", NETWORK, "single-task", "nearest neighbours", "prior or median"]
    return _table([*head, "works"], rows)


def times(name: str) -> str:
    """Return how long a measurement's steps took, and the memory of the largest."""
    told = results(name)
    steps = [step for step in ("build", "verify", "baselines", "compare") if step in told]
    text = ", ".join(f"{step} {told[step]['seconds']:.0f} s" for step in steps)
    peak = max(told[step]["peak_mb"] for step in steps)
    return f"On {told['cores']} cores: {text}; at most {peak / 1000:.1f} GB of memory."


def comparison() -> str:
    """Return the tables of a comparison as the command writes them, below headings of this page."""
    told = results("compare")
    tables = [f"### {title}\n\n{body}" for title, body in told["tables"].items()]
    return "\n\n".join([told["about"], *tables, times("compare")])


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
    "museums": lambda: f"{census_table()}\n\n{times('museums')}",
    "photographs": lambda: f"{task_table('photographs')}\n\n{times('photographs')}",
    "all photographs": lambda: f"{task_table('all_photographs')}\n\n{times('all_photographs')}",
    **{
        f"{name.replace('_', ' ')} {task}": partial(answer_table, name, task)
        for name in ("photographs", "all_photographs")
        for task in SHOWN
    },
    **{
        f"{name.replace('_', ' ')} museums": partial(museums_page, name)
        for name in ("photographs", "all_photographs")
    },
    "comparison": comparison,
    "demo tasks": lambda: f"{task_table('demo')}\n\n{times('demo')}",
}
"""What stands between the marks of a page, by name."""

PAGES = ("README.md", "docs/baselines.md", "docs/comparison.md")


def with_figures(text: str) -> str:
    """Return a page with each marked block made anew from the results."""

    def made(match: re.Match[str]) -> str:
        return f"<!-- figures: {match[1]} -->\n{BLOCKS[match[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- figures: ([\w ]+) -->\n.*?<!-- end -->", made, text, flags=re.DOTALL)


def main() -> None:
    """Measure one set of figures, or write the pages from those that were measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", choices=[*MEASURES, "pages"])
    what = parser.parse_args().what
    if what != "pages":
        with tempfile.TemporaryDirectory() as workspace:
            told = MEASURES[what](Path(workspace))
        body = json.dumps(told, indent=1, sort_keys=False) + "\n"
        (RESULTS / f"{what}.json").write_text(body, encoding="utf-8")
        return
    for page in PAGES:
        path = ROOT / page
        path.write_text(with_figures(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
