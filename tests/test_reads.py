"""What is read is noted, also where a result is kept from one call to the next."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pls_analysis.reads import Noted, as_line, day_of, note, recording, remembered, written_to


@dataclass(frozen=True)
class Seen:
    """A note for these tests."""

    place: str
    key: str


@dataclass(frozen=True)
class Until:
    """A note with a day and a list."""

    day: dt.date
    names: tuple[str, ...]


def test_one_recording_within_another_gathers_for_both():
    with recording() as outer:
        note("a")
        with recording() as inner:
            note("b")
        note("c")
    note("d")
    assert (outer, inner) == ({"a", "b", "c"}, {"b"})


def test_what_is_remembered_is_noted_as_if_it_were_read_anew():
    calls = []

    @remembered(2)
    def doubled(number: int) -> int:
        calls.append(number)
        note(("number", number))
        return 2 * number

    def read(number: int) -> set:
        with recording() as found:
            assert doubled(number) == 2 * number
        return found

    assert [read(n) for n in (1, 1, 2, 1, 3, 2)] == [{("number", n)} for n in (1, 1, 2, 1, 3, 2)]
    assert calls == [1, 2, 3, 2], "two are kept, the one used longest ago is dropped"


def test_an_error_is_not_kept():
    calls = []

    @remembered(1)
    def fails(times: int) -> int:
        calls.append(times)
        if len(calls) < 2:
            raise ValueError("not yet")
        return times

    for expected in (ValueError, 5):
        try:
            assert fails(5) == expected
        except ValueError:
            assert expected is ValueError
    assert calls == [5, 5]


def test_a_mapping_notes_what_is_looked_up_also_what_is_not_there():
    names = Noted({"a": 1, "b": 2}, Seen, "x")
    for look, key in (
        (lambda: names["a"], "a"),
        (lambda: names.get("c"), "c"),
        (lambda: "b" in names, "b"),
        (lambda: list(names), "*"),
        (lambda: dict(names.items()), "*"),
    ):
        with recording() as found:
            look()
        assert Seen("x", key) in found
        assert key == "*" or len(found) == 1
    assert names == {"a": 1, "b": 2}


def test_notes_are_lines_of_a_file_each_once(tmp_path: Path):
    """Also those of a process begun meanwhile that is killed; none where no file is named."""
    file = tmp_path / "reads"
    note(Seen("x", "before"))
    with written_to(file):
        for key in ("a", "b", "a"):
            note(Seen("x", key))
        code = """
import os, signal
from pls_analysis.texts import texts_in
texts_in("zh")["page.figure"]
os.kill(os.getpid(), signal.SIGKILL)
"""
        subprocess.run([sys.executable, "-c", code], check=False)
    note(Seen("x", "after"))
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(one) for one in lines] == [
        ["Seen", "x", "a"], ["Seen", "x", "b"], ["Said", "zh", "page.figure"],
    ]  # fmt: skip
    assert "PLS_READS" not in os.environ


def test_a_file_written_to_again_has_all_notes_of_that_time(tmp_path: Path):
    """A report that is tried a second time in the same place leaves out nothing."""
    file = tmp_path / "reads"
    for _ in range(2):
        file.unlink(missing_ok=True)
        with written_to(file):
            note(Seen("x", "a"))
    assert file.read_text(encoding="utf-8") == '["Seen","x","a"]\n'


def test_a_line_holds_days_and_lists():
    line = as_line(Until(dt.date(2022, 6, 30), ("a", "b")))
    assert json.loads(line, object_hook=day_of) == ["Until", dt.date(2022, 6, 30), ["a", "b"]]
    assert json.loads(as_line("plain")) == ["str", "'plain'"]
