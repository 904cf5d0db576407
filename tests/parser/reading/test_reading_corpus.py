"""Reports, cards and notices of other provinces, read whole; what is expected was read off the texts by eye."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from services.domain.document import Document
from services.parser.page.extract import read_page
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read_structure

CORPUS = os.environ.get("DAFU_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="DAFU_CORPUS names no corpus folder")

csv.field_size_limit(10**7)


def report(name: str) -> Document:
    with (Path(CORPUS or "") / "reports" / f"{name}-2026.csv").open(encoding="utf-8-sig") as file:
        return read_structure(page_of_text(next(csv.DictReader(file))["full_text"]))


def page(name: str) -> Document:
    return read_structure(read_page((Path(CORPUS or "") / "pages" / f"{name}.html").read_bytes()))


@pytest.mark.parametrize(
    ("name", "agency", "date", "modes", "items"),
    [
        ("beijing", "北京市人民政府", "2026-01-25", ["past", "mixed", "future"], 10),
        ("chongqing", "重庆市人民政府", "2026-01-28", ["past", "mixed", "future", "future"], 11),
        ("henan", "河南省人民政府", "2026-01-26", ["past", "mixed", "future"], 10),
        ("hubei", "湖北省人民政府", "2026-01-27", ["past", "general", "future", "future"], 9),
        ("sichuan", "四川省人民政府", "2026-02-03", ["past", "general", "future"], 10),
        ("xizang", "西藏自治区人民政府", "2026-01-31", ["past", "general", "future"], 8),
    ],
)
def test_a_government_work_report_tells_past_from_future(
    name: str, agency: str, date: str, modes: list[str], items: int
) -> None:
    document = report(name)
    found = document.metadata
    assert (found.kind, found.review_year, found.plan_year) == ("work_summary", 2025, 2026)
    assert found.agency is not None
    assert found.agency.normalised == agency
    assert found.date is not None
    assert found.date.iso == date
    assert [section.mode for section in document.sections if section.depth == 1] == modes
    work = [section for section in document.sections if section.depth == 1][2]
    assert sum(section.parent == work.id and section.form == "cn_paren" for section in document.sections) == items
    assert not [unit for unit in document.units if unit.section is None]


@pytest.mark.parametrize(
    ("name", "number", "date", "agency", "annexes", "sections"),
    [
        (
            "gz_08",
            "穗卫函〔2023〕1930号",
            "2023-10-19",
            "广州市卫生健康委员会、广州市财政局、广州市人力资源和社会保障局、广州市医疗保障局",
            1,
            31,
        ),
        ("gz_28", "穗府办规〔2021〕7号", "2021-04-13", "广州市人民政府办公厅", 0, 8),
        ("gz_26", "穗民规字〔2025〕2号", "2025-05-30", "广州市民政局、广州市财政局", 0, 10),
        ("gz_35c", "穗府办规〔2020〕10号", "2020-06-29", "广州市人民政府办公厅", 1, None),
        ("lishui_detail", "丽政发〔2023〕30号", "2023-10-16", "丽水市人民政府", 1, 0),
    ],
)
def test_a_notice(name: str, number: str, date: str, agency: str, annexes: int, sections: int | None) -> None:
    document = page(name)
    found = document.metadata
    assert found.kind == "policy_notice"
    assert found.doc_number is not None
    assert found.doc_number.normalised == number
    assert found.date is not None
    assert found.date.iso == date
    assert found.agency is not None
    assert found.agency.normalised == agency
    forms = [section.form for section in document.sections]
    assert forms.count("annex_title") == annexes
    assert sections is None or len(forms) - annexes == sections


def test_every_page_of_the_corpus_is_read() -> None:
    for path in sorted((Path(CORPUS or "") / "pages").glob("*.html")):
        document = page(path.stem)
        assert [block.line for block in document.blocks] == list(range(len(document.blocks)))
