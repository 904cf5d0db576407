"""Notices that issue rules or rates: what they say of applicants, fees and conditions is promised by nobody."""

from __future__ import annotations

from services.domain.document import Document
from services.parser.reading.read import read_text

HEAD = """青川市民政局关于印发青川市{title}的通知
青民发〔2024〕12号
各区县民政局:
现将《青川市{title}》印发给你们,请遵照执行。
青川市民政局
2024年5月6日
青川市{title}
"""


def notice(title: str, *lines: str) -> Document:
    return read_text(HEAD.format(title=title) + "\n".join(lines))


def reasons(document: Document) -> dict[str, str]:
    return {label.raw: label.reason for label in document.numeric_labels}


def test_who_may_apply_promises_nothing() -> None:
    document = notice(
        "养老服务补贴管理办法",
        "第一条 区民政部门应当每年公布补贴结果。",
        "第二条 申请人应当年满60周岁。",
        "第三条 申请补贴应当符合下列条件:",
        "(一)家庭人均月收入低于1500元;",
        "(二)提供虚假材料的除外。",
        "第四条 补贴对象可以自愿选择服务机构。",
        "第五条 依法落实税收优惠政策。",
    )
    assert [each.text[:3] for each in document.commitments] == ["第一条", "第五条"]
    assert document.commitments[0].actors == ("区民政部门",)
    assert not document.targets
    assert not document.figures
    assert reasons(document)["1500"] == "attribute"


def test_a_stated_rate_is_a_figure_and_a_raised_or_granted_one_a_target() -> None:
    document = notice(
        "养老服务补贴管理办法",
        "第一条 补贴标准为每人每月300元。",
        "第二条 护理费用由基金按75%的比例支付。",
        "第三条 市财政局应当将补贴标准提高到每人每月500元。",
        "第四条 对新办机构,给予每家20万元补助。",
    )
    assert [(each.norm_value, each.kind) for each in document.figures] == [(300, "level"), (75, "level")]
    assert document.figures[0].metric == "补贴标准"
    assert [each.norm_value for each in document.targets] == [500, 200000]


def test_an_article_does_not_hand_its_subject_to_the_next() -> None:
    document = notice(
        "养老服务管理办法",
        "第一条 市财政局统筹安排资金。",
        "第二条 依法落实优惠政策。",
        "第三条 市民政局是主管部门,负责制定年度计划。",
    )
    assert [each.actors for each in document.commitments] == [("市财政局",), ("市民政局",), ("市民政局",)]
    assert [each.actor_source for each in document.commitments] == ["explicit", "issuer", "explicit"]


def test_a_plan_is_no_rulebook() -> None:
    document = notice(
        "养老服务提升行动方案", "一、主要任务", "为每个街道新建养老中心1个。", "床位补贴标准提高到每张500元。"
    )
    assert [each.norm_value for each in document.targets] == [1, 500]


def test_a_rate_held_down_in_a_notice_is_promised() -> None:
    document = read_text(
        "某区人民政府关于做好融资服务的通知\n某政发〔2025〕6号\n各镇人民政府:\n一、强化要素供给\n融资担保费率控制在1%以内。\n"
        "某区人民政府\n2025年2月20日"
    )
    assert [target.raw for target in document.targets] == ["1%以内"]
