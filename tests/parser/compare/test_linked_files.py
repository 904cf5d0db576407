"""Linked files between two versions (SPEC §12 rows 3 and 6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.domain.document import Attachment, Document
from services.parser.compare.compare import compare
from services.parser.reading.read import read_text

TEXT = "一、工作目标\n到2025年底,全市建成社区养老服务站{}个。"
PLAN = Attachment("http://a.gov.cn/1.docx", "附件：方案.docx", "application/docx", "a" * 64, TEXT.format(120))


def page(*files: Attachment) -> Document:
    return replace(read_text("现将方案印发给你们,请认真贯彻执行。"), attachments=files)


def told(old: Attachment, new: Attachment) -> list[tuple[str, str]]:
    return [(change.type, change.severity) for change in compare(page(old), page(new)).changes]


def test_what_a_replaced_file_promises_less_stands_under_its_name() -> None:
    comparison = compare(page(PLAN), page(replace(PLAN, sha256="b" * 64, text=TEXT.format(90))))
    lowered, changed = comparison.changes
    assert (lowered.type, lowered.severity, lowered.before, lowered.after) == ("target_lowered", "critical", 120, 90)
    assert lowered.path == ("附件：方案.docx", "一、工作目标")
    assert (lowered.old, lowered.new, lowered.old_marks, lowered.commitment) == (None, None, (), None)
    assert "120" in (lowered.context_before or "")
    assert (changed.type, changed.severity) == ("attachment_changed", "high")


def test_other_bytes_with_the_same_words_are_format_only() -> None:
    comparison = compare(page(PLAN), page(replace(PLAN, sha256="b" * 64, text=TEXT.format(120).replace(",", "，"))))
    assert comparison.changes == ()
    assert [held.type for held in comparison.suppressed] == ["format_only"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (replace(PLAN, text=None, unreadable="scan"), replace(PLAN, sha256="b" * 64, text=None, unreadable="scan")),
        (replace(PLAN, unreadable="partly_scanned"), replace(PLAN, sha256="b" * 64, unreadable="partly_scanned")),
        (PLAN, replace(PLAN, sha256="b" * 64, text=None, unreadable="scan")),
        (PLAN, replace(PLAN, name="附件：方案(修订).docx")),
    ],
    ids=["scans", "words that are not all", "a scan instead", "another name"],
)
def test_where_words_say_nothing_the_bytes_and_the_name_do(old: Attachment, new: Attachment) -> None:
    assert told(old, new) == [("attachment_changed", "high")]


def test_a_file_that_was_not_fetched_on_one_side_is_no_news() -> None:
    assert told(replace(PLAN, sha256=None, text=None, unreadable="not_fetched"), PLAN) == []


def test_the_file_whose_text_is_the_document_s_is_not_told_twice() -> None:
    def whole(file: Attachment) -> Document:
        read = read_text(file.text or "")
        return replace(read, attachments=(file,), metadata=replace(read.metadata, sources={"text": "attachment:方案"}))

    comparison = compare(whole(PLAN), whole(replace(PLAN, sha256="b" * 64, text=TEXT.format(90))))
    assert [change.type for change in comparison.changes] == ["target_lowered", "attachment_changed"]
