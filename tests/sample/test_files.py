"""Removing a sample takes exactly what it wrote; broken files are what they claim to be."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msoffcrypto
import pytest

from pls_analysis.project import Project
from pls_analysis.sample import SampleError, broken, generate, remove
from pls_analysis.sample.files import MANIFEST


def names(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*")}


def test_remove_leaves_other_files_alone(invented: Project):
    own = invented.raw / "2022-01" / "青榆街道的信.xlsx"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    truth = generate(invented, start="2022-01", until="2022-02")
    removal = remove(invented.raw)
    assert set(removal.removed) == set(truth.files)
    assert removal.kept == ()
    assert names(invented.raw) == {"2022-01", "2022-01/青榆街道的信.xlsx"}
    assert own.read_bytes() == b"mine"


def test_remove_keeps_a_file_that_somebody_replaced(invented: Project):
    truth = generate(invented, start="2022-01", until="2022-01")
    path = truth.files[0]
    (invented.raw / path).write_bytes(b"a real report under the same name")
    removal = remove(invented.raw)
    assert removal.kept == (path,)
    assert (invented.raw / path).exists()


def test_remove_takes_a_sample_file_that_was_only_saved_again(invented: Project):
    truth = generate(invented, start="2022-01", until="2022-01")
    file = invented.raw / next(path for path in truth.files if path.endswith(".xlsx"))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("docProps/thumbnail.txt", "x")
    assert file.relative_to(invented.raw).as_posix() in remove(invented.raw).removed


def test_remove_without_a_sample_does_nothing(tmp_path: Path):
    assert remove(tmp_path) == remove(tmp_path / "nowhere")
    assert remove(tmp_path).removed == ()


def test_a_new_sample_replaces_the_old_one(invented: Project):
    generate(invented, start="2022-01", until="2022-02")
    truth = generate(invented, start="2022-01", until="2022-01")
    files = {name for name in names(invented.raw) if Path(name).suffix and "/." not in f"/{name}"}
    assert files == set(truth.files)
    assert (invented.raw / MANIFEST).is_file()


def test_a_file_in_the_way_is_not_overwritten(invented: Project):
    truth = generate(invented, start="2022-01", until="2022-01")
    remove(invented.raw)
    file = invented.raw / truth.files[0]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"real")
    with pytest.raises(SampleError, match=r"not the sample's.*--out"):
        generate(invented, start="2022-01", until="2022-01")
    assert file.read_bytes() == b"real"


def test_broken_files_are_broken(invented: Project):
    files = {one.path.split("/")[1]: invented.raw / one.path for one in broken(invented)}
    assert files["空文件.xlsx"].read_bytes() == b""
    for name in ("文字改名.xlsx", "下载不全.xlsx", "图片改名.xlsx"):
        assert files[name].stat().st_size > 0
        assert not zipfile.is_zipfile(files[name])
    with files["加密.xlsx"].open("rb") as stream:
        assert msoffcrypto.OfficeFile(stream).is_encrypted()
    assert zipfile.is_zipfile(files["缺月份.xlsx"])


def test_broken_files_go_with_the_sample(invented: Project):
    generate(invented, start="2022-01", until="2022-01")
    listed = broken(invented)
    removed = remove(invented.raw).removed
    assert {one.path for one in listed} <= set(removed)
    assert names(invented.raw) == set()
