"""What is reported in numbers (SPEC §9, §17), sentence by sentence."""

from __future__ import annotations

import pytest

from services.domain.document import Block, Document, DocumentDate, Metadata, Quality, Unit, UnitLabel
from services.domain.figure import Figure
from services.parser.reading.numbers.figures import find_figures
from services.parser.text.layers import match


def report(*sentences: str, label: UnitLabel = "narrative", review: int | None = None) -> Document:
    text = "".join(sentences)
    units, start = [], 0
    for sentence in sentences:
        units.append(Unit(start, start + len(sentence), None, label))
        start += len(sentence)
    date = None if review else DocumentDate("2023-03-27")
    metadata = Metadata("work_summary" if review else "reply_npc", date=date, review_year=review)
    blocks = (Block(0, 0, len(text), "body"),)
    document = Document(text, text, metadata, Quality("ok"), blocks=blocks, units=tuple(units))
    return find_figures(document, match(text))


def figures(*sentences: str) -> list[Figure]:
    return list(report(*sentences).figures)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("全市规上工业增加值增长3.2%。", ["change"]),
        ("绿色贷款余额达5200亿元,首次突破5000亿元,同比增长36%。", ["level", "threshold", "change"]),
        ("债券余额超357亿元,是2019年初的2.7倍。", ["level", "ratio"]),
        ("出口200亿元,增长3.4倍。", ["level", "change"]),
        ("民营企业占比74%,办结率99.2%,六成行业实现增长。", ["share", "share", "share"]),
        ("增长5.5%,高于全国1.4个百分点。", ["change", "diff"]),
        ("达标率提高12.8个百分点。", ["change"]),
        ("预计可实现收入约1000万元。", ["forecast"]),
        ("新增企业137家,累计达255家。", ["flow", "level"]),
        ("举办培训10期,培训1000余人。", ["flow", "flow"]),
        ("融资最低利率至3.2%。", ["level"]),
        ("拥有研发机构174个,建成工厂127个、车间734个。", ["level", "level", "level"]),
        ("培训97922人次,服务企业400余家。", ["flow", "flow"]),
        ("为企业减负超600亿元。", ["flow"]),
        ("达标率由78%提高到91%。", ["share", "share"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [figure.kind for figure in figures(text)] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "围绕12条河流开展治理。",
        "提供专利申请、维权等6大服务。",
        "聚焦三个关键环节,从4个方面发力。",
        "连续9年保持增长。",
        "主要做了以下3项工作。",
        "20户以上自然村全部通公路。",
        "每半年组织开展一次活动。",
        "8英寸晶圆生产线投产,500千伏线路贯通。",
        "65岁以上老年人免费体检。",
        "《目录2022—2025)》在2022某地大会发布。",
        "实现“一企一策一人”全覆盖。",
    ],
)
def test_labels_names_and_conditions_are_no_figures(text: str) -> None:
    assert figures(text) == []
    assert report(text).units[0].label == "narrative"


def test_growth_in_multiples_is_percent() -> None:
    first, second, third = figures("化妆品、汽车、药品进口分别增长1.6倍、5.2倍、3.1倍。")
    assert [figure.norm_value for figure in (first, second, third)] == [160, 520, 310]
    assert {figure.norm_unit for figure in (first, second, third)} == {"%"}
    assert (first.metric, second.metric, third.metric) == ("化妆品进口", "汽车进口", "药品进口")
    assert {figure.group for figure in (first, second, third)} == {"分别"}


def test_bare_growth_is_against_the_year_before() -> None:
    (bare,) = figures("工业投资增长10.4%。")
    assert (bare.basis, bare.basis_source, bare.direction) == ("同比", "default", "up")
    (written,) = figures("事故起数同比下降8%。")
    assert (written.basis, written.basis_source, written.direction) == ("同比", "explicit", "down")
    (distance,) = figures("高于全国1.4个百分点。")
    assert (distance.basis, distance.basis_source, distance.direction) == ("全国", "explicit", "up")


def test_an_elided_head_is_taken_over() -> None:
    level, change, share = figures("全市培育科技型企业达到42820家,较上年同期增长16.32%,占全市企业总数的99.6%。")
    assert not level.elided_head
    assert (change.elided_head, share.elided_head) == (True, True)
    assert change.metric == level.metric
    assert share.metric.startswith("科技型企业占全市企业")


def test_level_tags_cover_what_is_coordinated() -> None:
    found = figures("累计建成省级示范店133家,示范街12个,市级创新中心9个、国家级1个。")
    assert [figure.metric for figure in found] == ["省级示范店数", "省级示范街数", "市级创新中心数", "国家级创新中心数"]
    assert all(figure.cumulative for figure in found)


def test_units_of_visits_are_never_people() -> None:
    visits, rounds, share = figures("服务企业9500余家(次),发布2批45个服务包。")
    assert (visits.unit, visits.comparator) == ("家(次)", ">")
    assert (rounds.raw, share.raw) == ("2批", "45个")
    weak, strong = figures("共同推进两批35个示范园。")
    assert (weak.raw, weak.optional, strong.optional) == ("两批", True, False)


def test_ranks_are_optional() -> None:
    rank, place = figures("成为全国首批试点,总量居全国第5位。")
    assert (rank.raw, rank.kind, rank.value, rank.optional) == ("全国首批", "rank", "首批", True)
    assert (place.raw, place.value) == ("全国第5位", "第5")


def test_periods_are_explicit_carried_or_the_document_s() -> None:
    first, second = figures("2022年,贷款余额达500亿元。", "债券余额达20亿元。")
    assert first.period is not None
    assert second.period is not None
    assert (first.period.end, first.period.source) == ("2022-12-31", "explicit")
    assert (second.period.end, second.period.source) == ("2022-12-31", "carried")
    (reviewed,) = report("建成工厂17个。", review=2023).figures
    assert reviewed.period is not None
    assert (reviewed.period.raw, reviewed.period.source) == ("2023年", "document")


def test_the_year_of_a_starting_point_is_its_own() -> None:
    before, after = figures("2023年6月,普及率由2020年的78%提高到91%。")
    assert before.period is not None
    assert after.period is not None
    assert (before.period.raw, after.period.raw) == ("2020年", "2023年6月")


def test_a_sub_total_has_the_kind_of_its_total() -> None:
    total, part = figures("新增学位2.3万个;", "其中,城区学位1.1万个。")
    assert (total.kind, part.kind) == ("flow", "flow")


@pytest.mark.parametrize("label", ["narrative", "preamble", "lead_in"])
def test_a_unit_that_holds_a_figure_is_a_fact(label: UnitLabel) -> None:
    assert report("2022年完成投资12亿元。", label=label).units[0].label == "fact"
    assert report("扎实推进各项工作。", label=label).units[0].label == label


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("收悉第0843号建议。", ["doc_number"]),
        ("推进IPv6和5G应用。", ["product_or_technology", "product_or_technology"]),
        ("进入世界500强。", ["rank_list_name"]),
        ("出台“18条”措施。", ["policy_nickname"]),
        ("构建“3+5”体系。", ["code_name", "code_name"]),
        ("行动计划2.0、标准贯标。", ["version"]),
        ("在2021某地大会发布。", ["event_or_list_year"]),
        ("2021年3月,历时5年。", ["date_or_period", "date_or_period", "duration"]),
        ("您提到的“安排500万元”的问题。", ["requested_amount"]),
        ("围绕12条河流。", ["label_count"]),
        ("第12批干部。", ["ordinal"]),
        ("联系电话:13812345678。", ["contact"]),
    ],
)
def test_every_other_number_has_its_reason(text: str, reasons: list[str]) -> None:
    assert [label.reason for label in report(text).numeric_labels] == reasons


def test_labels_quote_their_context() -> None:
    (label,) = report("近年来认真推进5G基站建设工作有序开展。").numeric_labels
    assert (label.raw, label.context) == ("5", "近年来认真推进5G基站建设工作有")
