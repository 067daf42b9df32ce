"""What a run shows while it goes: bars for a terminal, few lines for a log, one file for other terminals."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from crawlers.engine.receipt import HostState
from omniart_data.progress import LINE_EVERY_S, Lines, Terminal, bar, live_lines
from omniart_data.run_state import Count, RunState, SourceState, moment
from omniart_data.status import StatusFile, read_status_file

MET = "collectionapi.metmuseum.org"
HOST = HostState(MET, 1200, 1190, 5_400_000, 3.0, 2.9, "", 0.0)
SOURCE = SourceState("met", "records", 1200, 501_731, 172_800.0)
STATE = RunState("crawl", 7, "2026-05-31T10:00:00Z", "2026-05-31T10:07:00Z", (SOURCE,), (HOST,))


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


def waiting(state: RunState, why: str, seconds: float) -> RunState:
    """Return a moment in which the host keeps us waiting."""
    return replace(state, hosts=(replace(HOST, waiting=why, waiting_s=seconds),))


def test_a_log_is_told_once_a_minute() -> None:
    """A line for each source and host each minute, and none in between."""
    out, clock = io.StringIO(), Clock()
    lines = Lines(out, clock=clock)

    for second in range(1, 181):
        clock.now_s = 100.0 + second
        lines.show(STATE)

    assert LINE_EVERY_S == 60.0
    said = out.getvalue().splitlines()
    assert said[:2] == [
        "met: 1,200 of 501,731 records, 2 d 0 h left",
        f"{MET}: 2.9/s of 3/s, 1,200 requests, 5.4 MB",
    ]
    assert len(said) == 3 * 2


def test_a_log_is_told_when_a_host_is_done() -> None:
    """Where it is known what is to come, a host's line says how long that takes."""
    out, clock = io.StringIO(), Clock()
    lines = Lines(out, clock=clock)
    clock.now_s += 61

    lines.show(replace(STATE, left={MET: 290}))

    assert out.getvalue().splitlines()[1].endswith(", 5.4 MB, 1 min 40 s left")


def test_a_log_is_told_of_waits_at_once() -> None:
    """A host that begins to keep us waiting is told with its reason, and again when it goes on; short waits never."""
    out = io.StringIO()
    lines = Lines(out, clock=Clock())

    for state in (
        STATE,
        waiting(STATE, "wall (403): 30 s left", 30.0),
        waiting(STATE, "wall (403): 12 s left", 12.0),
        waiting(STATE, "wall (403): 1 s left", 1.0),
        STATE,
        waiting(STATE, "paused", 2.0),
        STATE,
    ):
        lines.show(state)

    assert out.getvalue().splitlines() == [f"{MET}: wall (403): 30 s left", f"{MET}: goes on"]


def test_an_ended_source_is_not_told_again() -> None:
    """A log says nothing each minute of a source that has come to its end."""
    out, clock = io.StringIO(), Clock()
    lines = Lines(out, clock=clock)
    clock.now_s += 61

    lines.show(replace(STATE, sources=(replace(SOURCE, ended="done"),), hosts=()))

    assert out.getvalue() == ""


def test_a_terminal_shows_sources_and_hosts() -> None:
    """The live table names how much is done, the time left, rate and why a host waits."""
    shown = on_terminal(waiting(STATE, "wall (403) [bold]: 30 s left", 30.0))

    for said in ("met", "1,200 of 501,731 records", "2 d 0 h left", MET, "2.9/s of 3/s"):
        assert said in shown
    assert "wall (403) [bold]: 30 s left" in shown


def on_terminal(state: RunState, width: int = 160) -> str:
    """Return what a terminal of so many columns shows of a moment."""
    out = io.StringIO()
    terminal = Terminal(Console(file=out, force_terminal=True, color_system=None, width=width))
    terminal.show(state)
    terminal.close()
    return out.getvalue()


def host_line(shown: str) -> str:
    """Return the line of the host in what a terminal shows."""
    return next(line for line in shown.splitlines() if MET in line)


def test_each_host_has_a_bar() -> None:
    """A host's line has a bar and the time left where its requests to come are known; a host that rests has none."""
    known = host_line(on_terminal(replace(STATE, left={MET: 290})))
    unknown = host_line(on_terminal(STATE))
    at_rest = host_line(on_terminal(replace(STATE, hosts=(replace(HOST, speed=0.0),))))

    assert known.split(maxsplit=2)[1].startswith("━")
    assert known.rstrip().endswith("1 min 40 s left")
    assert "━" in unknown
    assert "5.4 MB" in unknown
    assert "━" in host_line(on_terminal(waiting(STATE, "paused", 7.0)))
    assert "left" not in unknown
    assert "━" not in at_rest


def test_a_line_fits_a_narrow_terminal() -> None:
    """In 80 columns each source and host keeps to one line, and names are whole."""
    shown = on_terminal(replace(STATE, left={MET: 100_000}), width=80)

    assert "1,200 of 501,731 records" in shown
    assert host_line(shown).rstrip().endswith("9 h 34 min left")


@pytest.mark.parametrize(
    ("unit", "step", "said"),
    [
        ("records", "1 of 2", "step 1 of 2: 1,200 of 501,731 records"),
        (
            "objects with further answers (Linked Art)",
            "2 of 2",
            "step 2 of 2: 1,200 of 501,731 objects with further answers (Linked Art)",
        ),
    ],
)
def test_a_step_is_told(unit: str, step: str, said: str) -> None:
    """A source with two steps says which one its time left is of; in 80 columns that is one line still."""
    source = replace(SOURCE, name="rijksmuseum", unit=unit, step=step)
    state = replace(STATE, sources=(source,))
    line = next(part for part in on_terminal(state, width=80).splitlines() if "rijks" in part)

    assert live_lines(state)[0] == f"rijksmuseum: {said}, 2 d 0 h left"
    assert f"rijksmuseum, step {step} " in line
    assert "1,200 of 501,731 " in line
    assert line.rstrip().endswith("2 d 0 h left")
    assert "step" not in live_lines(replace(state, sources=(replace(source, ended="done"),)))[0]


def test_moments_have_one_form() -> None:
    """A moment of today is a time, one of another day has its day; both are local."""
    now = datetime.now(UTC).astimezone()

    assert moment(now.isoformat()) == f"{now:%H:%M}"
    assert moment("2020-06-15T12:34:56Z").startswith("2020-06-1")
    assert len(moment("2020-06-15T12:34:56Z")) == len("2020-06-15 12:34")


def test_a_bar_is_silent_where_nobody_looks(capfd: pytest.CaptureFixture[str]) -> None:
    """In a pipe a bar says nothing at all."""
    with bar("read", "records", 3) as advance:
        advance(3)

    assert capfd.readouterr() == ("", "")


def test_time_left_follows_from_this_run() -> None:
    """What an earlier run did counts as done, but not for the speed."""
    clock = Clock()
    count = Count("met", clock=clock)
    count.begin("records", 1000, held=400)
    assert count.state.left_s is None

    count.advance(100)
    clock.now_s += 50

    assert count.state == SourceState("met", "records", 500, 1000, 250.0)
    count.end("done")
    assert count.state.left_s is None


@given(done=st.integers(0, 10**9), expected=st.none() | st.integers(0, 10**9), waits=st.text())
def test_a_state_is_read_as_it_was_written(done: int, expected: int | None, waits: str) -> None:
    """What a status file holds is the state that was written."""
    source = replace(SOURCE, done=done, expected=expected)
    state = replace(waiting(STATE, waits, 1.5), sources=(source,), left={MET: done})

    assert RunState.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_status_file_is_there_while_a_command_runs(tmp_path: Path) -> None:
    """Each moment takes the place of the one before, and nothing stays of a run that has ended."""
    file = StatusFile(tmp_path)
    file.show(STATE)
    file.show(replace(STATE, command="images"))

    found = read_status_file(tmp_path)
    assert found == replace(STATE, command="images")
    assert [path.name for path in tmp_path.iterdir()] == [".status.json"]

    file.close()
    assert list(tmp_path.iterdir()) == []
    assert read_status_file(tmp_path) is None


@pytest.mark.parametrize("told", ["", "{", "[]", "{}", '{"command": "crawl"}', "\xff"])
def test_a_foreign_status_file_is_none(tmp_path: Path, told: str) -> None:
    """A file that another version wrote, or nobody, says nothing, and is no error."""
    (tmp_path / ".status.json").write_bytes(told.encode("latin-1"))

    assert read_status_file(tmp_path) is None


def test_a_status_file_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    """A workspace that has gone away is no reason to end a crawl with a traceback."""
    file = StatusFile(tmp_path / "gone")

    file.show(STATE)
    file.close()

    assert list(tmp_path.iterdir()) == []
    assert read_status_file(tmp_path / "gone") is None
