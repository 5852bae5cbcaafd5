"""Units of office tables: 万件 is ten thousand 件; people and cases never convert."""

from __future__ import annotations

from decimal import Decimal

SCALES = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 100_000,
          "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}  # fmt: skip
PARTS_OF_ONE = {"%": 100, "‰": 1_000, "万分之": 10_000}
SAME = {"人数": "人", "人口": "人", "宗": "件", "起": "件", "％": "%", "%0": "‰", "个数": "个"}


def split(unit: str) -> tuple[int, str]:
    """The scale and the base of a unit: 万件 is (10000, 件)."""
    unit = SAME.get(unit, unit)
    for scale in sorted(SCALES, key=len, reverse=True):
        if scale and unit.startswith(scale) and len(unit) > len(scale):
            base = unit[len(scale) :]
            return SCALES[scale], SAME.get(base, base)
    return 1, unit


def convert(value: float, stated: str, wanted: str) -> float | None:
    """A value in another unit of the same thing, or None where the units measure other things."""
    if stated == wanted:
        return value
    if stated in PARTS_OF_ONE and wanted in PARTS_OF_ONE:
        factor = Decimal(PARTS_OF_ONE[wanted]) / PARTS_OF_ONE[stated]
        return float(Decimal(repr(value)) * factor)
    (scale, base), (target_scale, target_base) = split(stated), split(wanted)
    if base != target_base:
        return None
    return float(Decimal(repr(value)) * scale / target_scale)
