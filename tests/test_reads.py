"""What is read is noted, also where a result is kept from one call to the next."""

from __future__ import annotations

from pls_analysis.reads import note, recording, remembered


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
