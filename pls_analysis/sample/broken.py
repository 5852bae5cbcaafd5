"""Write files that must be refused, each for one reason: what an inbox holds besides reports."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile

from pls_analysis.areas import load_areas
from pls_analysis.periods import parse_period
from pls_analysis.project import Project
from pls_analysis.sample.files import check_clear, write_manifest
from pls_analysis.sample.generation import compose_reports, find_offices
from pls_analysis.sample.reports import Report
from pls_analysis.sample.settings import monthly_form
from pls_analysis.sample.workbooks import write_report

FOLDER = "broken"
PASSWORD = "yuebao-2022"


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file to be refused: whole (`whole`) or in its table, which then gives no figure.

    `code` is that of the issue that ingest shall give as the reason.
    """

    path: str
    code: str
    whole: bool


def broken(
    project: Project, out: Path | None = None, seed: int | None = None, month: str = "2022-06"
) -> list[BrokenFile]:
    """Write one file for each reason to refuse one, below `out/broken`.

    They are listed with the sample's files, so that `remove` deletes them too. All but the one
    with a password are the same for the same seed: encryption draws its salt anew. Raises as
    `generate` does.
    """
    out = out or project.raw
    settings = monthly_form(project.config / "sample")
    seed = settings.seed if seed is None else seed
    areas = load_areas(project)
    office = find_offices(project, settings, areas)[0]
    when = parse_period(month)
    report = compose_reports(project, settings, [office], [when], areas, seed)[office.code, when]
    made = [*_tables(report), *_files()]
    paths = [f"{FOLDER}/{name}" for name, *_ in made]
    check_clear(out, paths)
    write_manifest(out, seed, paths)
    for name, _, write in made:
        write_report(replace(report, path=f"{FOLDER}/{name}"), out, seed)
        write(out / FOLDER / name, out, seed)
    write_manifest(out, seed, paths)
    whole = {name for name, *_ in _files()}
    return [BrokenFile(f"{FOLDER}/{name}", code, name in whole) for name, code, _ in made]


Write = Callable[[Path, Path, int], None]
Broken = tuple[str, str, Write]


def _files() -> list[Broken]:
    """Files that are no readable workbook; each starts from a good one."""
    return [
        ("空文件.xlsx", "empty_file", lambda file, *_: _write(file, b"")),
        ("文字改名.xlsx", "not_a_spreadsheet", lambda file, *_: _write(file, _TEXT)),
        ("下载不全.xlsx", "truncated_zip", lambda file, *_: _write(file, _half(file.read_bytes()))),
        ("图片改名.xlsx", "not_a_spreadsheet", lambda file, *_: _write(file, _PICTURE)),
        ("加密.xlsx", "password", lambda file, *_: _write(file, _encrypted(file.read_bytes()))),
    ]


def _tables(report: Report) -> list[Broken]:
    """Workbooks in order whose table says too little to be used."""
    style = report.style
    month = f"{report.period.start.year}年　月"
    return [
        ("缺月份.xlsx", "period_missing", _redrawn(
            report, titles=("{office}{title}（" + month + "）",))),
        ("街镇不详.xlsx", "area_unknown", _redrawn(
            replace(report, office="无此地街道司法所"), titles=style.titles)),
        ("填报单位空白.xlsx", "office_missing", _redrawn(
            replace(report, office=""), titles=("{title}（{period}）",))),
        ("表名不详.xlsx", "form_unknown", _redrawn(
            report, titles=("{period}有关情况统计表",))),
    ]  # fmt: skip


def _redrawn(report: Report, titles: tuple[str, ...]) -> Write:
    def write(file: Path, out: Path, seed: int) -> None:
        path = file.relative_to(out).as_posix()
        style = replace(report.style, titles=titles)
        write_report(replace(report, style=style, path=path), out, seed)

    return write


_TEXT = "各位领导：本月报表稍后补报。\r\n".encode() * 40
_PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200)


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _encrypted(content: bytes) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(PASSWORD, target)
    return target.getvalue()
