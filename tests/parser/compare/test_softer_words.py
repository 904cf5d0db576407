"""Edits a sceptical reader looks for: what is promised stays on the page, and is worth less."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.domain.change import Change, Comparison
from services.domain.document import Document
from services.parser.reading.read import read_text

Changed = Callable[[Document, str], Comparison]

LETTER = """苏晓兰代表:
您提出的《关于改善山区乡村饮水和就学条件的建议》(第0417号)收悉。现答复如下:
一、工作开展情况
近年来,我局持续改善山区饮水条件。截至2023年末,全市建成集中供水站126座,受益群众38.5万人。
二、下一步工作打算
(一)补齐饮水短板。
到2026年底,确保新建集中供水站不低于40座,改造老旧管网260公里。全面完成农村饮水提质改造。每年开展两次水质抽检,向社会公布结果。
到2027年,单位地区生产总值能耗比2020年下降13.5%。城市、农村、山区自来水普及率分别达到99%、92%、85%。
(二)办好山区学校。
2026年10月底前,完成12所寄宿制学校改扩建,新增学位3600个。
市财政局牵头建立学校经费保障机制,市教育局、市审计局配合。确保补助按月足额发放。
(三)加强用水管理。
建立水费投诉24小时办结制度。市卫生健康委负责水质监测。市民政局会同市教育局制定资助办法。
此答复函已经周明远局长审签。
临河市水利局
2024年6月18日
"""

_SOFTER = {
    "guaranteed, now striven for": ("确保新建", "力争新建", "modality_softened"),
    "in full, now in the main": ("全面完成", "基本完成", "modality_softened"),
    "in principle": ("全面完成", "原则上完成", "modality_softened"),
    "no floor": ("不低于40座", "40座", "target_comparator_changed"),
    "about": ("不低于40座", "40座左右", "target_comparator_changed"),
    "some": ("改造老旧管网260公里", "改造一批老旧管网", "target_removed"),
    "several": ("12所寄宿制", "若干所寄宿制", "target_removed"),
    "one of three districts dropped": (
        "城市、农村、山区自来水普及率分别达到99%、92%、85%", "城市、农村自来水普及率分别达到99%、92%",
        "target_removed"),
    "done, now under way": ("完成12所", "推进12所", "commitment_reworded"),
    "only studied": ("牵头建立学校", "牵头研究建立学校", "commitment_reworded"),
    "as the case may be": ("向社会公布结果", "视情公布结果", "commitment_reworded"),
    "twice the time": ("24小时办结", "48小时办结", "commitment_reworded"),
    "as money allows": ("2026年10月底前,完成", "2026年10月底前,根据财力情况完成", "commitment_reworded"),
    "not every month": ("按月足额", "足额", "recurrence_changed"),
    "no date": ("到2026年底,确保", "确保", "deadline_moved"),
    "a whole plan's time": ("2026年10月底前", "“十五五”期间", "deadline_moved"),
    "a partner left": ("、市审计局配合", "配合", "actor_removed"),
    "the lead left": ("市财政局牵头建立", "建立", "actor_removed"),
    "who acts together left": ("市民政局会同市教育局制定", "市民政局制定", "actor_removed"),
}  # fmt: skip


@pytest.mark.parametrize("name", _SOFTER)
def test_a_softer_promise_is_told_once_as_softer(name: str, changed: Changed) -> None:
    before, after, type_ = _SOFTER[name]
    (change,) = _changes(changed, before, after)
    assert (change.type, change.direction) == (type_, "softened")
    assert change.severity in ("medium", "high", "critical")


@pytest.mark.parametrize(("after", "before", "type_"), [_SOFTER[x] for x in ("done, now under way", "twice the time")])
def test_the_reverse_is_firmer(before: str, after: str, type_: str, changed: Changed) -> None:
    old = LETTER.replace(after, before)
    assert old != LETTER
    (change,) = changed(read_text(old), LETTER).changes
    assert (change.type, change.direction) == (type_, "strengthened")


def test_another_year_to_measure_from(changed: Changed) -> None:
    (change,) = _changes(changed, "比2020年下降", "比2022年下降")
    assert (change.type, change.severity, change.detail) == ("target_scope_changed", "medium", "baseline")
    assert (change.before, change.after) == ("2020年", "2022年")


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("市审计局配合", "市民政局配合", "市审计局", "市民政局"),
        ("会同市教育局制定", "会同市财政局制定", "市教育局", "市财政局"),
        ("市财政局牵头建立", "有关部门牵头建立", "市财政局", "有关部门"),
    ],
)
def test_a_body_swapped_for_another(before: str, after: str, gone: str, come: str, changed: Changed) -> None:
    changes = _changes(changed, before, after)
    assert [(x.type, x.before, x.after) for x in changes] == [
        ("actor_removed", (gone,), None),
        ("actor_added", None, (come,)),
    ]
    marked = [LETTER[a:b] for a, b in changes[0].old_marks]
    assert marked == [gone]


@pytest.mark.parametrize(("before", "after"), [("260公里", "260千米"), ("市卫生健康委负责", "市卫生健康委员会负责")])
def test_two_names_of_one_thing_are_no_change(before: str, after: str, changed: Changed) -> None:
    found = _found(changed, before, after)
    assert found.changes == ()
    assert [one.type for one in found.suppressed] == ["format_only"]


def test_a_date_written_in_each_sentence_reaches_that_sentence_only(changed: Changed) -> None:
    text = "下一步,我们将做好以下工作。\n到2025年,建成食堂30家。\n到2025年,建成驿站20个。\n"
    changes = changed(read_text(text), text.replace("2025", "2027")).changes
    assert [len(change.affected) for change in changes] == [1, 1]


def test_promises_below_a_heading_that_reports_now_were_turned_into_reports(changed: Changed) -> None:
    text = "一、下一步工作打算\n推动社区食堂建设,完善服务标准。\n"
    found = changed(read_text(text), text.replace("下一步工作打算", "工作开展情况"))
    assert "commitment_to_achievement" in {change.type for change in found.changes}


def test_lines_broken_so_that_one_is_taken_for_furniture_are_no_change(changed: Changed) -> None:
    text = LETTER.replace("周明远局长审签。\n", "周明远局长审签。 来源:临河市水利局 附件下载\n")
    found = changed(read_text(text), text.replace("审签。 来源", "审签。\n来源"))
    assert found.changes == ()


def _found(changed: Changed, before: str, after: str) -> Comparison:
    assert LETTER.count(before) == 1
    return changed(read_text(LETTER), LETTER.replace(before, after))


def _changes(changed: Changed, before: str, after: str) -> tuple[Change, ...]:
    return _found(changed, before, after).changes
