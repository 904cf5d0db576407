"""One edit each, row by row of SPEC §12: exactly one explanation, with what it says before and after."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.domain.change import Change, Comparison
from services.domain.document import Document
from services.parser.reading.read import read_text

Seed = Callable[[str], Document]
Changed = Callable[[Document, str], Comparison]

_LETTER = """尊敬的李明代表:
您提出的《关于加强农村养老服务的建议》(第0127号)收悉。经与市财政局、市民政局共同研究办理,现答复如下。
一、养老服务工作开展情况
(一)设施建设取得进展。2022年全市新建农村养老服务站120个,同比增长8.5%。社区食堂运行平稳。
(二)队伍建设得到加强。开展护理员培训。
下一步,我局将重点做好以下工作。
(一)加快养老设施建设。到2025年,建成示范性养老院50所、农村互助点300个。每季度开展一次安全检查,及时公布检查结果。确保农村特困人员应养尽养。
(二)完善养老服务标准。按照《全市养老服务发展规划(2021—2025年)》,制定服务规范,推动医养结合。支持社会力量参与养老服务,鼓励企业开办连锁养老机构。
(三)加强监督管理。严格执行准入制度,建立信用档案。
此复函已经王芳局长审签。
市卫生健康委员会
2023年5月8日
"""


@pytest.fixture
def letter(changed: Changed) -> Callable[..., tuple[Change, ...]]:
    """`letter(("50所", "60所"))`: what these replacements change in the letter."""
    old = read_text(_LETTER)

    def edited(*pairs: tuple[str, str]) -> tuple[Change, ...]:
        text = _LETTER
        for before, after in pairs:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        return changed(old, text).changes

    return edited


Letter = Callable[..., tuple[Change, ...]]


@pytest.mark.parametrize(
    ("edit", "type_", "severity", "direction", "before", "after"),
    [
        (("50所", "40所"), "target_lowered", "critical", "softened", 50, 40),
        (("300个。", "350个。"), "target_raised", "high", "strengthened", 300, 350),
        (("到2025年,建成", "到2027年,建成"), "deadline_moved", "high", "softened", "到2025年", "到2027年"),
        (("确保农村特困", "力争农村特困"), "modality_softened", "high", "softened", 5, 3),
        (("每季度开展", "每年开展"), "recurrence_changed", "medium", "softened", "每季度", "每年"),
        (("120个", "122个"), "figure_corrected", "medium", "neutral", 120, 122),
        (("8.5%", "9.5%"), "figure_corrected", "high", "neutral", 8.5, 9.5),
        (("第0127号", "第0172号"), "metadata_changed", "high", "neutral", "0127", "0172"),
        (("5月8日", "5月9日"), "metadata_changed", "medium", "neutral", "2023-05-08", "2023-05-09"),
        (("食堂运行平稳", "食堂运行良好"), "narrative_changed", "low", "neutral", "平稳", "良好"),
    ],
)  # fmt: skip
def test_one_edit_has_one_explanation(
    letter: Letter, edit: tuple[str, str], type_: str, severity: str, direction: str, before: object, after: object
) -> None:
    (change,) = letter(edit)
    assert (change.type, change.severity, change.direction) == (type_, severity, direction)
    assert (change.before, change.after) == (before, after)


def test_a_withdrawn_promise_quotes_what_is_gone(letter: Letter) -> None:
    (change,) = letter(("支持社会力量参与养老服务,鼓励企业开办连锁养老机构。", ""))
    assert (change.type, change.severity, change.direction) == ("commitment_withdrawn", "high", "softened")
    assert (change.before, change.after) == ("支持社会力量参与养老服务,鼓励企业开办连锁养老机构。", None)
    assert change.path[-1] == "(二)完善养老服务标准。"


def test_withdrawing_a_promise_with_a_target_is_critical(letter: Letter) -> None:
    (change,) = letter(("到2025年,建成示范性养老院50所、农村互助点300个。", ""))
    assert (change.type, change.severity, change.has_target) == ("commitment_withdrawn", "critical", True)


def test_an_added_promise(letter: Letter) -> None:
    (change,) = letter(("建立信用档案。", "建立信用档案。开通投诉热线,受理群众举报。"))
    assert (change.type, change.severity, change.after) == ("commitment_added", "high", "开通投诉热线,受理群众举报。")


def test_a_number_cut_out_of_a_promise(letter: Letter) -> None:
    (change,) = letter(("、农村互助点300个", ""))
    assert (change.type, change.severity, change.before, change.after) == ("target_removed", "critical", 300, None)


def test_two_numbers_cut_out_are_two_changes_that_share_no_character(letter: Letter) -> None:
    changes = letter(("示范性养老院50所、农村互助点300个", "一批便民设施"))
    assert [change.type for change in changes] == ["target_removed", "target_removed"]
    assert {change.before for change in changes} == {50, 300}


def test_a_cited_title_with_another_period(letter: Letter) -> None:
    (change,) = letter(("规划(2021—2025年)》", "规划(2021—2030年)》"))
    assert change.type == "reference_changed"


def test_a_retitled_section_is_not_removed_and_added(letter: Letter) -> None:
    (change,) = letter(("(三)加强监督管理。", "(三)强化综合监管。"))
    assert (change.type, change.before, change.after) == (
        "section_retitled",
        "(三)加强监督管理。",
        "(三)强化综合监管。",
    )


def test_an_inserted_section_renumbers_the_rest_once(letter: Letter) -> None:
    changes = letter(("(三)加强监督管理。", "(三)培养护理人才。开设护理专业,扩大招生规模。\n(四)加强监督管理。"))
    assert sorted(change.type for change in changes) == ["commitment_added", "section_added", "section_renumbered"]


def test_a_sentence_in_another_section_is_moved(letter: Letter) -> None:
    sentence = "支持社会力量参与养老服务,鼓励企业开办连锁养老机构。"
    (change,) = letter((sentence, ""), ("建立信用档案。", f"建立信用档案。{sentence}"))
    assert (change.type, change.severity) == ("commitment_moved", "low")
    assert change.old is not None
    assert change.new is not None
    assert change.old.text == change.new.text == sentence


def test_a_new_wording_says_how_far_it_goes(letter: Letter) -> None:
    (change,) = letter(("开办连锁养老机构", "兴办社区养老机构"))
    assert change.type == "commitment_reworded"
    assert change.dice is not None
    assert 0.45 <= change.dice < 1


def test_an_unknown_approver(letter: Letter) -> None:
    (change,) = letter(("王芳局长", "赵强局长"))
    assert (change.type, change.field, change.before, change.after) == ("metadata_changed", "approver", "王芳", "赵强")


def test_two_edits_are_two_changes_most_serious_first(letter: Letter) -> None:
    changes = letter(("运行平稳", "运行良好"), ("50所", "30所"))
    assert [change.type for change in changes] == ["target_lowered", "narrative_changed"]


def test_a_plan_period_is_one_change_for_the_whole_plan(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    (change,) = changed(old, old.text.replace("實施期限為2021—2025年", "實施期限為2021—2027年", 1)).changes
    assert (change.type, change.detail, change.direction) == ("deadline_moved", "later", "softened")
    assert len(change.affected) > 20


def test_a_year_in_a_heading_moves_everything_below_it(seed: Seed, changed: Changed) -> None:
    old = seed("002")
    (change,) = changed(old, old.text.replace("2024年工作任务", "2025年工作任务", 1)).changes
    assert (change.type, change.before, change.after) == ("deadline_moved", "2024年工作任务", "2025年工作任务")


def test_a_deadline_carried_over_a_semicolon_moves_once(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    (change,) = changed(old, old.text.replace("到2025年,50%以上", "到2026年,50%以上", 1)).changes
    assert change.type == "deadline_moved"
    assert len(change.affected) == 2


def test_the_same_share_of_others_is_another_scope(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    (change,) = changed(old, old.text.replace("市級企業研發機構1500家", "國家級企業研發機構1500家", 1)).changes
    assert (change.type, change.severity) == ("target_scope_changed", "medium")


def test_another_magnitude_is_another_value(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    (change,) = changed(old, old.text.replace("15萬戶", "15戶", 1)).changes
    assert (change.type, change.before, change.after) == ("target_lowered", 150_000, 15)


def test_another_dimension_is_removed_and_added(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    changes = changed(old, old.text.replace("2500億元以上", "25%以上", 1)).changes
    assert [change.type for change in changes] == ["target_removed", "target_added"]


def test_a_swap_of_two_sections_is_one_move(seed: Seed, changed: Changed) -> None:
    old = seed("000")
    lines = old.text.split("\n")
    at = next(place for place, line in enumerate(lines) if line.startswith("一是"))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    (change,) = changed(old, "\n".join(lines)).changes
    assert (change.type, change.severity) == ("section_moved", "low")


def test_a_near_duplicate_in_another_plan_absorbs_no_deletion(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    twins = [x for x in old.commitments if x.text.startswith("鼓勵企業與高等院校、科研院所共建實驗室")]
    assert len(twins) == 2
    (change,) = changed(old, old.text[: twins[1].start] + old.text[twins[1].end :]).changes
    assert (change.type, change.before) == ("commitment_withdrawn", twins[1].text)


def test_an_annexed_plan_that_is_gone_is_critical(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    plans = [section for section in old.sections if section.form == "annex_title"]
    changes = changed(old, old.text[: plans[3].start] + old.text[plans[4].start :]).changes
    assert changes[0].severity == "critical"
    assert [change.type for change in changes if change.type == "attachment_removed"] == ["attachment_removed"]
    assert {change.type for change in changes} == {"attachment_removed", "commitment_withdrawn"}


def test_the_only_promise_below_a_heading_does_not_come_back_as_its_heading(letter: Letter) -> None:
    (change,) = letter(("严格执行准入制度,建立信用档案。", ""))
    assert change.type == "commitment_withdrawn"


def test_a_sentence_that_leaves_an_unnumbered_heading_alone_has_moved(seed: Seed, changed: Changed) -> None:
    """The heading is then read as a sentence; it stands where it stood."""
    old = seed("001")
    plain = next(
        section for section in old.sections
        if section.form == "runin_plain" and [x.section for x in old.commitments].count(section.id) == 1
        and section.mode == "future"
    )  # fmt: skip
    moved = next(x for x in old.commitments if x.section == plain.id)
    place = next(x for x in old.commitments if x.basis == moved.basis and x.end < moved.start - 400)
    text = old.text[: moved.start] + old.text[moved.end :]
    (change,) = changed(old, text[: place.end] + moved.text + text[place.end :]).changes
    assert change.type == "commitment_moved"
    assert change.old is not None
    assert change.old.text == moved.text
