"""When a promise is due, in the forms of letters and reports, seen from a letter of 3 June 2024 (SPEC §7, §17)."""

from __future__ import annotations

from datetime import date

import pytest

from services.parser.reading.commitments.deadlines import explicit_deadline


@pytest.mark.parametrize(
    ("sentence", "end"),
    [
        ("年底前完成改造。", "2024-12-31"),
        ("月底前报送方案。", "2024-06-30"),
        ("本月底前完成排查。", "2024-06-30"),
        ("上半年完成招标。", "2024-06-30"),
        ("下半年启动建设。", "2024-12-31"),
        ("三季度末建成投用。", "2024-09-30"),
        ("第三季度前完成。", "2024-09-30"),
        ("本季度末前完成清理。", "2024-06-30"),
        ("“十五五”末建成体系。", "2030-12-31"),
        ("到“十四五”末,建成网络。", "2025-12-31"),
        ("“十五五”期间新建学校。", "2030-12-31"),
        ("三年内建成体系。", "3y"),
        ("力争用两年左右时间完成改造。", "2y"),
        ("明年启动建设。", "2025-12-31"),
        ("明年上半年建成。", "2025-06-30"),
        ("明年底前完成。", "2025-12-31"),
        ("今年内完成验收。", "2024-12-31"),
        ("今年年底前建成。", "2024-12-31"),
        ("今年9月底前开学。", "2024-09-30"),
        ("到2027年建成中心。", "2027-12-31"),
        ("到2027年底,建成中心。", "2027-12-31"),
        ("2025—2027年,实施改造工程。", "2027-12-31"),
        ("2025年至2027年实施提升行动。", "2027-12-31"),
        ("力争2026年6月建成通车。", "2026-06-30"),
        ("2026年春节前发放到位。", None),
        ("于2024年10月15日前完成。", "2024-10-15"),
        ("2024年8月20日前,完成摸排。", "2024-08-20"),
        ("9月1日前完成采购。", "2024-09-01"),
        ("秋季开学前完成改造。", None),
        ("近期出台细则。", None),
        ("6月底前完成整治。", "2024-06-30"),
        ("5月底前完成整治。", "2025-05-31"),
        ("预计2025年第二季度开工建设。", "2025-06-30"),
        ("计划2025年一季度完工。", "2025-03-31"),
        ("2025年前建成平台。", "2025-12-31"),
        ("到2030年前实现碳达峰。", "2030-12-31"),
        ("较2020年提高5个百分点。", None),
        ("自2020年起实施补贴。", None),
        ("按照《规划(2021—2025年)》建设学校。", None),
        ("2000年以前建成的老旧小区全部改造。", None),
        ("在2023年工作基础上推进改造。", None),
        ("未来三年,新建学校10所。", "3y"),
        ("今后五年新增学位1万个。", "5y"),
        ("五年内新增停车位。", "5y"),
        ("年内开工。", "2024-12-31"),
        ("本年度完成采购。", "2024-12-31"),
        ("2024年汛期前完成加固。", None),
        ("国庆节前开放公园。", None),
        ("十月底前完成验收。", "2024-10-31"),
        ("一个月内办结。", None),
        ("30日内答复。", None),
        ("6个月内完成整改。", None),
        ("2025年6月底、2026年底前分别完成一期、二期工程。", "2025-06-30"),
        ("2024至2026年每年新建3所。", "2026-12-31"),
        ("到本世纪中叶建成强市。", None),
        ("到2035年基本建成教育强国。", "2035-12-31"),
        ("2024年9月开始施工,2025年9月投入使用。", "2025-09-30"),
        ("力争“十四五”期间完成。", "2025-12-31"),
        ("暑假期间完成维修。", None),
        ("预计于明年3月投入运营。", "2025-03-31"),
        ("后年建成投产。", "2026-12-31"),
        ("2025年一季度前完成立项。", "2025-03-31"),
        ("2024年四季度启动。", "2024-12-31"),
        ("年末实现通车。", "2024-12-31"),
        ("本届政府任期内完成。", None),
        ("2年时间内完成。", "2y"),
        ("2024年底,全面完成任务。", "2024-12-31"),
        ("二〇二五年十月底前完成整治。", "2025-10-31"),
        ("于二○二五年六月十五日前报送。", "2025-06-15"),
        ("到二〇二七年建成体系。", "2027-12-31"),
        ("一是上半年完成主体施工。", "2024-06-30"),
    ],
)
def test_a_date_to_be_met(sentence: str, end: str | None) -> None:
    deadline = explicit_deadline(sentence, 0, len(sentence), date(2024, 6, 3))
    years = deadline and deadline.duration_years
    assert (f"{years}y" if years else deadline and deadline.end) == end


@pytest.mark.parametrize("sentence", ["今年底前建成。", "上半年完成招标。", "月底前报送。", "年内开工。"])
def test_a_document_without_a_date_keeps_the_words(sentence: str) -> None:
    deadline = explicit_deadline(sentence, 0, len(sentence), None)
    assert deadline is not None
    assert sentence.startswith(deadline.raw)
    assert deadline.end is None


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("应当自受理之日起三十个工作日内办结。", "三十个工作日内"),
        ("30日内答复。", "30日内"),
        ("六个月内完成整改。", "六个月内"),
        ("到二〇二五年底建成。", "到二〇二五年底"),
    ],
)
def test_a_term_is_kept_as_it_is_written(sentence: str, words: str) -> None:
    deadline = explicit_deadline(sentence, 0, len(sentence), date(2024, 6, 3))
    assert deadline is not None
    assert deadline.raw == words


def test_days_inside_a_noun_are_no_term() -> None:
    sentence = "推行15日内的短期贷款。"
    assert explicit_deadline(sentence, 0, len(sentence), date(2024, 6, 3)) is None
