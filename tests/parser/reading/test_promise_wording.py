"""What a promise says of its verb, its actor and its date, in wordings found in letters and reports."""

from __future__ import annotations

from datetime import date

import pytest

from services.domain.commitment import Commitment
from services.parser.reading.commitments.deadlines import explicit_due
from services.parser.reading.commitments.modality import leading_verb
from services.parser.reading.read import read_text

FRAME = """李某某委员:
您提出的《关于某事的提案》(第0123号)收悉。经研究,现答复如下:
{}
青川市商务局
2024年5月6日"""


def promises(*lines: str) -> tuple[Commitment, ...]:
    return read_text(FRAME.format("\n".join(lines))).commitments


@pytest.mark.parametrize(
    ("clause", "verb"),
    [
        ("将改造经验在全市推广", "推广"),
        ("将试点经验逐步推广至全市", "推广"),
        ("将审批时限压缩至3个工作日", "压缩"),
        ("将监管职能下放给区县", "下放"),
        ("将培训资源向基层开放", "开放"),
        ("将落实情况及时向社会公布", "公布"),
        ("将把试点经验推广到全市", "推广"),
        ("办理环节精简至3个", "精简"),
        ("污水处理率提高到98%", "提高"),
        # The future stays the future.
        ("将改造老旧小区20个", "改造"),
        ("将推动产业链延伸到农村", "推动"),
        ("将加强与高校在人才培养方面合作", "加强"),
        ("将支持企业在香港上市", "支持"),
        ("推动服务能力提升到新水平", "推动"),
        ("新增绿色工厂20家", "新增"),
        ("明年上半年启动建设", "启动"),
        ("6月底前完成验收", "完成"),
        ("到 2026 年建成园区", "建成"),
        ("拟出台支持政策", "拟"),
    ],
)
def test_the_verb_of_a_clause(clause: str, verb: str) -> None:
    found = leading_verb(clause, 0, len(clause))
    assert found is not None
    assert found.word == verb


@pytest.mark.parametrize(
    ("text", "end", "years"),
    [
        ("力争三年内建成", None, 3),
        ("两年内完成改造", None, 2),
        ("利用3—5年时间建成体系", None, 5),
        ("6月底前完成", "2024-06-30", None),
        ("3月底前完成", "2025-03-31", None),
        ("每年6月底前公布", None, None),
        ("2025年1月至6月开展整治", "2025-06-30", None),
        ("“十四五”末实现全覆盖", "2025-12-31", None),
        ("较“十三五”末下降9%", None, None),
        ("建成2年内的项目", None, None),
        ("到 2026 年,建成园区", "2026-12-31", None),
        ("于 2025 年 2 月 3 日前完成", "2025-02-03", None),
    ],
)
def test_the_date_of_a_promise(text: str, end: str | None, years: int | None) -> None:
    due = explicit_due(text, 0, len(text), date(2024, 5, 6))
    assert (due and due.deadline.end, due and due.deadline.duration_years) == (end, years)


def test_a_spaced_date_keeps_its_place_in_the_text() -> None:
    text = "我们力争 2026 年底前建成"
    due = explicit_due(text, 0, len(text), None)
    assert due is not None
    assert text[due.start : due.end] == "2026 年底前"


def test_a_letter_without_cue_announces_by_its_own_verb() -> None:
    plain, planned, thought, future = promises(
        "一是推进园区建设。二是计划新增园区3个。三是拟出台支持政策。四是将建立工作专班。"
    )
    assert [each.tier for each in (plain, planned, thought, future)] == ["B", "A", "A", "A"]
    assert [each.modality for each in (plain, planned, thought, future)] == [4, 3, 3, 4]


def test_a_year_before_a_measure_does_not_make_it_past() -> None:
    found = promises("到2026年,推进园区建设。", "力争到2027年底,完善服务体系。", "支持企业开拓市场。")
    assert [each.deadline and each.deadline.end for each in found] == ["2026-12-31", "2027-12-31", None]


@pytest.mark.parametrize(
    ("sentence", "actors"),
    [
        ("全省要新增就业10万人。", ("省政府",)),
        ("自治区将支持企业发展。", ("自治区政府",)),
        ("各区(市)县要制定实施细则。", ("各区(市)县",)),
        ("全省各级财政部门要统筹安排资金。", ("全省各级财政部门",)),
        ("卫健部门会同医保部门完善支付政策。", ("卫健部门", "医保部门")),
        ("住房保障部门负责核查申请材料。", ("住房保障部门",)),
        ("具体办法由市财政局制定。", ("市财政局",)),
        ("我省将新建铁路200公里。", ("省政府",)),
        ("我市将建设会展中心。", ("我市",)),
        ("我局将会同市财政局建立专班。", ("市商务局", "市财政局")),
        ("我局将会同财政局、自然资源局等部门研究办法。", ("市商务局", "市财政局", "市自然资源局")),
        ("我局将会同市财政局进一步研究论证。", ("市商务局", "市财政局")),
        ("市教育局牵头,市财政局配合,新建学校。", ("市教育局", "市财政局")),
        ("由市住建局牵头,会同市城管局开展整治。", ("市住建局", "市城管局")),
        ("市财政局、市教育局等部门要制定方案。", ("市财政局", "市教育局")),
        ("学校建成之后,市教育局将高标准管理。", ("市教育局",)),
        ("申请人收到通知后,市民政局应当在5个工作日内办结。", ("市民政局",)),
        ("市公交公司作为国有企业,将优化线路。", ("市公交公司",)),
        ("请各县(市)于每季度末25日前报送进展。", ("各县(市)",)),
        ("乡镇(街道)每月至少开展一次巡查。", ("乡镇(街道)",)),
        ("各级住房城乡建设、市场监管部门不得办理许可。", ("各级住房城乡建设、市场监管部门",)),
        ("各国有林场要开展防火演练。", ("各国有林场",)),
        ("市教育局指导学校开展演练。", ("市教育局",)),
        ("市民政局组织社工开展培训。", ("市民政局",)),
    ],
)
def test_who_acts(sentence: str, actors: tuple[str, ...]) -> None:
    (promise,) = promises("下一步,做好以下工作。", sentence)
    assert (promise.actors, promise.actor_source) == (actors, "explicit")


def test_a_member_of_a_body_is_not_the_body() -> None:
    (promise,) = promises("成立由实验区管委会副主任任组长的工作专班。")
    assert promise.actors == ("市商务局",)


def test_a_heading_of_two_phrases_ends_before_the_text_run_on_behind_it() -> None:
    document = read_text(
        FRAME.format("一、高位统筹 压实责任成立工作专班,夯实部门责任。\n二、工作安排 我局将开展检查。")
    )
    assert document.sections[0].heading == "一、高位统筹 压实责任"
    assert document.commitments[0].text == "成立工作专班,夯实部门责任。"
    assert document.commitments[-1].lead_verb == "开展"


def test_who_only_helps_leaves_the_promise_to_the_writer() -> None:
    (promise,) = promises("下一步,做好以下工作。", "市委编办、市人社局配合,每年招聘教师300名。")
    assert promise.actors == ("市商务局", "市委编办", "市人社局")
    assert (promise.actor_source, promise.lead_verb, promise.modality) == ("issuer", "招聘", 4)


@pytest.mark.parametrize(
    "sentence",
    [
        "推动民宿发展是促进乡村振兴的重要抓手,您的建议针对性强。",
        "优先发展公共交通,是缓解拥堵的必然要求,您的建议对我们很有启发。",
        "缓解停车难问题是系统工程。",
        "再一次感谢您们对商务事业的关心和支持!",
        "最后,恳请您一如既往关心商务工作。",
        "在收到建议后,我局高度重视,专题研究。",
        "经现场调查发现,该路口早晚高峰拥堵,给居民出行造成不便。",
        "据统计,市民出行以公交为主。",
        "具体办理方式请咨询街道便民服务中心。",
        "《关于加强商务工作的通知》(青商规〔2018〕10号)、《关于调整补贴标准的通知》同时废止。",
        "李某(等10位)代表:",
        "你(们)在市十六届人大二次会议期间提出的《关于加强商务工作的建议》(第088号)悉。",
    ],
)
def test_courtesies_and_findings_promise_nothing(sentence: str) -> None:
    assert promises(sentence) == ()


def test_a_sentence_that_reports_may_still_promise_behind_a_cue() -> None:
    document = read_text(FRAME.format("我县共建成养老院3家,护理型床位占六成,目前正在招标2家,下一步实施改造5家。"))
    (promise,) = document.commitments
    assert (promise.tier, promise.lead_verb, promise.actors) == ("A", "实施", ("市商务局",))
    assert [each.raw for each in document.targets] == ["5家"]
    assert [each.raw for each in document.figures] == ["3家", "六成", "2家"]


def test_what_waits_for_something_else_is_a_measure_on_condition() -> None:
    (promise,) = promises("该路段已列入改造计划,待土地手续完善后,即可开工建设。")
    assert (promise.tier, promise.lead_verb, promise.conditional) == ("B", "开工建设", "待土地手续完善后")


def test_counts_right_behind_a_report_go_on_reporting() -> None:
    document = read_text(FRAME.format("2023年,全市共有民宿300家。评定等级民宿20家,其中甲级4家。对甲级民宿奖励10万元。"))
    assert [each.text for each in document.commitments] == ["对甲级民宿奖励10万元。"]
    assert [each.raw for each in document.targets] == ["10万元"]


def test_a_cue_alone_before_its_list_promises_nothing() -> None:
    found = promises("我局加强了管理。", "接下来,一是建设平台;二是完善机制。")
    assert [each.text for each in found] == ["建设平台;", "完善机制。"]


@pytest.mark.parametrize("salutation", ["李某(等10位)代表:", "李某、王某(等3名)代表:", "李某等3名代表:"])
def test_how_many_are_addressed_is_no_figure(salutation: str) -> None:
    document = read_text(FRAME.replace("李某某委员:", salutation).format("我局将开展检查。"))
    assert document.metadata.recipient is not None
    assert document.metadata.recipient.name in ("李某", "李某、王某")
    assert document.figures == ()


def test_all_who_sign_jointly_answer_for_what_we_will_do() -> None:
    text = FRAME.replace("青川市商务局", "青川市教育局 青川市财政局").format(
        "下一步,做好以下工作。\n两局每学期召开会议。\n新建学校。"
    )
    first, second = read_text(text).commitments
    assert (first.actors, first.actor_source) == (("市教育局", "市财政局"), "explicit")
    assert second.actors == ("市教育局", "市财政局")


def test_who_leads_goes_before_the_units_named_for_an_item() -> None:
    """SPEC §5: inherited, then the responsible units of the section."""
    text = "下一步,我局将抓好以下工作。\n(一)建设床位。新建养老院。(责任单位:市民政局)\n(二)培养人才。开办培训班。"
    named, led = promises(text)[-2:]
    assert (named.actors, named.actor_source) == (("市商务局",), "inherited")
    assert (led.actors, led.actor_source) == (("市商务局",), "inherited")


def test_what_waits_for_something_carries_no_date_on() -> None:
    first, second = promises("下一步,到2026年覆盖所有初中;条件成熟后,将校线延伸至民办学校。")
    assert first.deadline is not None
    assert second.deadline is None


def test_a_lead_that_says_only_from_how_many_sides_promises_nothing() -> None:
    assert [each.text for each in promises("下一步,将从两个方面持续用力:一是完善机制。制定办法。")] == ["制定办法。"]


def test_lists_on_lines_that_follow_each_other_are_one() -> None:
    text = "下一步,做好以下工作。\n(一)建设床位。新建养老院。\n牵头单位:市民政局\n配合单位:市财政局"
    assert promises(text)[-1].actors == ("市民政局", "市财政局")
