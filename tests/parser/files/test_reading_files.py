"""What stands in a file, and what is said of one that cannot be read."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import files
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

from services.parser.files import archive as archives
from services.parser.files import pdf as pdfs
from services.parser.files import read as reading
from services.parser.files.kind import kind_of
from services.parser.files.read import read_file
from services.parser.page.plain import furniture

PLAN = (
    "临江市养老服务提升行动实施方案\n"
    "为贯彻落实市委、市政府关于养老服务工作的部署,进一步完善居家社区机构相协调的养老服务体系,制定本方案。\n"
    "一、工作目标\n"
    "到2025年底,全市建成社区养老服务站120个,护理型床位占比达到60%以上,每个街道至少建成1个综合性养老服务中心。\n"
    "二、重点任务\n"
    "(一)完善设施网络。市民政局牵头,2024年底前新增护理型床位800张,改造提升乡镇敬老院30所。\n"
    "(二)加强队伍建设。每年培训养老护理员1000人次,市人力社保局配合。"
)
SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))


def test_a_word_file_is_read_paragraph_by_paragraph_with_its_tables() -> None:
    text = PLAN + "\n序号\t任务\t责任单位\n1\t新增床位800张\t市民政局"
    found = read_file(files.word(text))
    assert (found.kind, found.text, found.unreadable) == ("docx", text, None)


def test_a_word_file_says_what_it_says_now() -> None:
    """Insertions under review stand, deletions do not; content controls, links and text boxes are looked through."""
    document = docx.Document()
    names = nsdecls("w")
    run = "<w:r><w:t>{}</w:t></w:r>"
    inserted, control = f"<w:ins w:id='1'>{run.format('120')}</w:ins>", f"<w:sdt><w:sdtContent>{run.format('个')}"
    deleted = "<w:del w:id='2'><w:r><w:delText>90</w:delText></w:r></w:del>"
    body = document.element.body
    body.insert(
        0, parse_xml(f"<w:p {names}>{run.format('新建')}{deleted}{inserted}{control}</w:sdtContent></w:sdt></w:p>")
    )
    box = f"<w:pict><w:txbxContent><w:p>{run.format('框中文字')}</w:p></w:txbxContent></w:pict>"
    body.insert(1, parse_xml(f"<w:p {names}><w:r><w:t>一</w:t><w:br/><w:t>二</w:t>{box}</w:r></w:p>"))
    body.insert(2, parse_xml(f"<w:sdt {names}><w:sdtContent><w:p>{run.format('控件')}</w:p></w:sdtContent></w:sdt>"))
    target = BytesIO()
    document.save(target)
    assert (read_file(target.getvalue()).text or "").split("\n") == ["新建120个", "一", "二", "框中文字", "控件"]


def test_a_framed_text_in_a_table_is_text() -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=2).rows[0].cells[0]
    cell.text = "第一段。"
    cell.add_paragraph("第二段。")
    target = BytesIO()
    document.save(target)
    assert read_file(target.getvalue()).text == "第一段。\n第二段。"


def test_a_sheet_is_read_row_by_row_as_shown() -> None:
    rows: list[list[object]] = [
        ["任务", "目标", "期限"],
        ["新增床位", 800, date(2024, 12, 31)],
        [],
        ["占比", 0.6, None],
        [None, 3.0, True],
    ]
    assert read_file(files.sheet(任务表=rows)).text == "任务\t目标\t期限\n新增床位\t800\t2024-12-31\n占比\t0.6\n3\tTRUE"
    assert read_file(files.sheet(甲=[["一"]], 乙=[["二"]])).text == "甲\n一\n乙\n二"


def test_a_share_is_read_as_it_is_shown() -> None:
    book = Workbook()
    table = book.worksheets[0]
    table.append(["护理型床位占比", 0.6, 0.125, 1])
    for cell, shown in zip(table[1][1:], ("0%", "0.00%", "0%"), strict=True):
        cell.number_format = shown
    target = BytesIO()
    book.save(target)
    assert read_file(target.getvalue()).text == "护理型床位占比\t60%\t12.5%\t100%"


@pytest.mark.parametrize("width", [28, 34])
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name[:3])
def test_a_printed_document_gets_its_paragraphs_back(seed: Path, width: int) -> None:
    """Nearly all of them: where a paragraph's last line is full nobody can tell that it was the last."""
    told = [
        line
        for line in seed.read_text(encoding="utf-8").split("\n")
        if line and "\t" not in line and not furniture(line)
    ]
    lines = files.wrapped("\n".join(told), width)
    pages = [[*lines[at : at + 22], f"- {at // 22 + 1} -"] for at in range(0, len(lines), 22)]
    found = read_file(files.pdf(*pages))
    assert found.unreadable is None
    assert "".join((found.text or "").split()) == "".join("".join(told).split())
    kept = {"".join(line.split()) for line in (found.text or "").split("\n")}
    whole = sum("".join(line.split()) in kept for line in told)
    assert whole >= 0.8 * len(told)


def test_a_scan_is_said_to_be_one() -> None:
    found = read_file(files.pdf([], ["- 2 -"], picture=True))
    assert (found.text, found.unreadable, found.evidence) == (None, "scan", "2 of 2 pages are pictures")
    assert read_file(files.pdf([])).unreadable == "empty"
    part = read_file(files.pdf(files.wrapped(PLAN), [], picture=True))
    assert (part.unreadable, bool(part.text)) == ("partly_scanned", True)


def test_signs_without_a_meaning_are_not_passed_on_as_text() -> None:
    private = "".join(chr(0xE000 + n) for n in range(40))
    assert read_file(files.pdf([private])).unreadable == "garbled"


def test_a_password_is_said_to_be_needed() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(files.pdf(files.wrapped(PLAN)))))
    writer.encrypt("secret", algorithm="AES-256")
    closed, target = BytesIO(), BytesIO()
    writer.write(closed)
    assert read_file(closed.getvalue()).unreadable == "encrypted"
    writer = PdfWriter(clone_from=PdfReader(BytesIO(files.pdf(files.wrapped(PLAN)))))
    writer.encrypt("", owner_password="owner", algorithm="AES-256")
    writer.write(target)
    assert "120个" in (read_file(target.getvalue()).text or ""), "only printing is forbidden"
    package = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert read_file(package).unreadable == "encrypted"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "doc", "format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "xls", "format"),
        (files.archive({"a.txt": b"a"}), "zip", "format"),
        (files.archive({"OFD.xml": b"<ofd/>"}), "ofd", "format"),
        (b"{\\rtf1}", "rtf", "format"),
        (b"Rar!\x1a\x07", "rar", "format"),
        (b"", "unknown", "format"),
        ("<!DOCTYPE html><title>请进行安全验证</title>".encode(), "html", "not_a_file"),
        (b"PK\x03\x04" + bytes(50), "zip", "format"),
        (b"%PDF-1.7\nnothing", "pdf", "damaged"),
        (files.pdf(files.wrapped(PLAN))[:700], "pdf", "damaged"),
        (files.archive({"word/document.xml": b"<broken"}), "docx", "damaged"),
        (files.archive({"xl/workbook.xml": b"<broken"}), "xlsx", "damaged"),
        (files.word(""), "docx", "empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_reason(body: bytes, kind: str, reason: str) -> None:
    found = read_file(body)
    assert (found.kind, found.text, found.unreadable) == (kind, None, reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("entity", ['a SYSTEM "file:///etc/hostname"', 'a "ha"><!ENTITY b "&a;&a;"'])
def test_an_archive_with_entities_is_not_opened(entity: str, encoding: str) -> None:
    markup = f"<?xml version='1.0' encoding='{encoding}'?><!DOCTYPE x [<!ENTITY {entity}>]><x>&a;</x>"
    for base, member in ((files.word("a"), "word/document.xml"), (files.sheet(a=[["a"]]), "xl/sharedStrings.xml")):
        found = read_file(files.archive({member: markup.encode(encoding)}, base))
        assert found.unreadable == "damaged"
        assert "declaration" in (found.evidence or "")


def test_an_archive_that_unpacks_to_too_much_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = files.archive({"word/media/a.bin": bytes(archives.MOST_BYTES + 1)}, files.word("a"))
    assert len(bomb) < 1_000_000
    assert read_file(bomb).unreadable == "too_large"
    assert (
        read_file(files.archive({"word/x.xml": b" " * (archives.MOST_MARKUP + 1)}, files.word("a"))).unreadable
        == "too_large"
    )
    monkeypatch.setattr(archives, "MOST_MEMBERS", 5)
    assert read_file(files.word("a")).unreadable == "too_large"


def test_an_archive_that_lies_about_its_sizes_is_damaged() -> None:
    honest = files.archive({"word/document.xml": b"<a>" + b" " * 5_000_000 + b"</a>"}, files.word("a"))
    lying = honest.replace((5_000_007).to_bytes(4, "little"), (700).to_bytes(4, "little"))
    assert lying != honest
    assert read_file(lying).unreadable == "damaged"


def test_a_file_that_is_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "MOST_PAGES", 3)
    assert read_file(files.pdf(*[["页"]] * 4)).evidence == "4 pages"
    monkeypatch.setattr(reading, "MOST_CHARACTERS", 50)
    for body in (files.word("长" * 51), files.pdf(["长" * 51]), files.sheet(a=[["长" * 51]])):
        assert read_file(body).unreadable == "too_long"


def test_a_sheet_with_rows_without_end_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.parser.files.sheet.MOST_ROWS", 10)
    assert read_file(files.sheet(a=[[n] for n in range(11)])).unreadable == "too_long"
    assert read_file(files.sheet(a=[[n] for n in range(10)])).unreadable is None


WHOLE = (files.pdf(files.wrapped(PLAN)), files.word(PLAN), files.sheet(a=[["a", 1], ["b", 2]]))


@given(st.sampled_from(WHOLE), st.data())
def test_no_damage_raises(body: bytes, data: st.DataObject) -> None:
    broken = bytearray(body)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(broken[: data.draw(st.integers(0, len(broken)))])
    found = read_file(cut)
    assert (found.text is None) <= (found.unreadable is not None)
    assert found.kind == kind_of(cut) or found.kind in ("docx", "xlsx")
