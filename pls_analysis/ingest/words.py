"""The words by which a layout is read, in one place: what office tables call their own parts."""

from __future__ import annotations

import re

NOTE = re.compile(
    r"^\(?(注|附注|备注|说明|资料来源|数据来源|来源|填报人|填表人|制表|审核|复核|经办|单位负责人|负责人"
    r"|统计负责人|联系电话|联系人|报送日期|填报日期|填表日期|报出日期|报告期|报送说明|Note|Source)"
    r"\d*[^:]{0,6}[:：]|^(注|备注|说明)\s*[\d①.]|^合成数据"
)
REMARK = re.compile(r"^\(?(注|附注|备注|说明|资料来源|数据来源|来源|Note|Source)")
REMARK_NUMBER = re.compile(r"^\s*(?:\(?(?:注|附注|备注|说明)\)?[:：]?\s*)?(\d{1,2})[.、](?!\d)")
SENTENCE_END = re.compile(r"[。.;!?！？；][)\"”]?$")
STARRED = re.compile(r"^[*※]")
META = re.compile(
    r"(单\s*位|表\s*号|制定机关|制表机关|文\s*号|有效期|批准机关|批准文号|备案|填报|编制|报表期|报告期"
    r"|统计时间|统计期|计量|时间|日期|期别)[^:：]{0,6}[:：]"
    r"|^\(?单位[:：]|^(19|20)\d\d年?度?(第?[一二三四1-4]季度|\d{1,2}月)?$"
)
TABLE_UNIT = re.compile(r"(?:计量)?单\s*位[:：]\s*([^\s)）,，、]+(?:[,，、][^\s)）,，、]+)*)")
TOTAL = re.compile(
    r"^(合计|总计|共计|小计|总数|合计数|全区|全市|全区合计|全国|全省|全县|.{0,6}[合总小]计)$"
)
SUM_OF_ROWS = re.compile(r"^.{0,6}[合总共小]计$")
SERIAL = re.compile(r"^(序号|编号|No\.?|项次|行次|行号)$", re.IGNORECASE)
CODE = re.compile(
    r"(代码|编码|编号|邮编|电话|手机|号码|手机号|身份证|身份证号|文号|案号|账号)$|^ID$",
    re.IGNORECASE,
)
DATE_KEY = re.compile(r"^(年份?|年度|月份?|日期|时间|季度|Year|Month|Date)$", re.IGNORECASE)
YEAR_LABEL = re.compile(r"^(19|20)\d\d年?度?$")
UNIT_HEADING = re.compile(r"^计?量?单位$")
INDEX_MARKS = frozenset("甲乙丙丁戊己ABCDE") | {"栏次", "行次"}
SECTION = re.compile(r"^[(]?[一二三四五六七八九十]+[、.)]|^第[一二三四五六七八九十]+[类部]|[:：]$")
CONTINUED = re.compile(
    r"[(]\s*续\s*表?\s*[\d一二三四五六七八九十]*\s*[)]|续\s*表\s*[\d一二三四五六七八九十]*"
    r"|(?<![手继连持存后延接陆断永])续[\d一二三四五六七八九十]*$|^续[\d一二三四五六七八九十]*$"
    r"|[(]?\s*\bcont(?:inued|['’]d|d?\.)\s*[)]?",
    re.IGNORECASE,
)
OF_WHICH = re.compile(r"^[\s　]*(?:其\s*中|#|＃)")
CJK = re.compile(r"[\u3400-\u9fff]")
LATIN_WORD = re.compile(r"[A-Za-z][a-z]{2,}")
HASH = re.compile(r"^\s*[#＃]")
ONLY_OF_WHICH = re.compile(r"^其中[:：]?$")
SUBTOTAL_HEADING = re.compile(r"^(其中[:：]?|合计|总计|小计)$")
PERIOD_HEADING = re.compile(
    r"^(?:(?:19|20)\d\d[年./-]?度?)?(?:第?[一二三四1-4]季度?|[上下]半年|\d{1,2}(?:[-—~至]\d{1,2})?月?)?$"
)
NOT_ADDITIVE = re.compile(
    r"率|%|‰|同比|环比|增长|增幅|增减|占比|比重|比例|平均|人均|户均|均价|密度|指数|得分|评分|位次|排名|/|比\d{4}年"
)
HEADS_LABELS = re.compile(
    r"^(指标|指标名称|项目|项目名称|地区|区域|片区|区县|镇街|街镇|乡镇|单位|单位名称|名称|部门|年份|年度|类别|Item|Year|Area|Region)$",
    re.IGNORECASE,
)
DATE_FACT = re.compile(r"(填报|填表|报送|报出|制表|上报)\s*(日期|时间)")
EARLIEST_YEAR, LATEST_YEAR = 1949, 2100


def is_year(value: object) -> bool:
    """Say whether a figure reads as a calendar year."""
    return (
        isinstance(value, int | float)
        and float(value).is_integer()
        and EARLIEST_YEAR <= value <= LATEST_YEAR
    )


def squeeze(text: str) -> str:
    """Drop every blank: 合　计 and 合 计 are one word."""
    return re.sub(r"\s+", "", text)
