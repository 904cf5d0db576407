"""Pages made to cost: deep, wide, long, unclosed, or full of what a careless pattern trips over (ATTACKS.md, C)."""

from __future__ import annotations

from collections.abc import Callable

URL = "http://www.example.gov.cn/x.html"
_ATTRIBUTES = " ".join(f"a{n}" for n in range(2_000))

#: Name -> the page's body, made when it is asked for: some are 10 MB.
MAKERS: dict[str, Callable[[], str]] = {
    "deep": lambda: "<div>" * 200_000 + "x",
    "deep_spans": lambda: "<span>" * 100_000 + "x" + "</span>" * 100_000,
    "attributes": lambda: "<div " + " ".join(f"a{n}" for n in range(1_000_000)) + ">x</div>",
    "attributes_apart": lambda: f"<div {_ATTRIBUTES}>x</div>" * 400,
    "one_line": lambda: f'<div id="zoom"><p>{"发展" * 1_700_000}</p></div>',
    "one_link_line": lambda: "<a href=x>发展，" * 100_000,
    "fonts": lambda: "".join(f"<font size={n}><p>" for n in range(5_000)) + "x",
    "tables": lambda: "<table><tr><td>甲" * 4_000,
    "unclosed": lambda: "<" * 3_000_000,
    "comments": lambda: "<!--" * 500_000,
    "scripts": lambda: "<script>" * 200_000,
    "entities": lambda: "&amp;" * 1_000_000,
    "colons": lambda: f'<div id="zoom"><p>{"：" * 200_000}</p></div>',
    "dots": lambda: f'<div id="zoom"><p>{"、。" * 400_000}</p><p>{"1" * 1_000_000}</p></div>',
    "labels": lambda: "索引号：发布机构：成文日期：" * 50_000,
    "ids": lambda: '<div class="zoom zw con"><p>甲，' * 3_000,
    "spaces": lambda: (
        f'<div id="zoom"><p>甲{" " * 500_000}乙{chr(0x3000) * 500_000}丙{chr(0xA0) * 500_000}丁</p></div>'
    ),
    "invisible": lambda: (
        f'<title>甲{chr(0x3000) * 200_000}</title><div id="zoom"><p>甲{chr(0x200B) * 500_000}乙</p></div>'
    ),
    "shares": lambda: '<div id="zoom"><div class="share">甲，' * 3_000,
    "headings": lambda: "<h1><div>甲" * 3_000,
    "paragraphs": lambda: '<div id="zoom">' + "<p>发展，</p>" * 29_000,
    "unknown_paragraphs": lambda: "<p>发展，</p>" * 29_000,
    "cells": lambda: "<table>" + "<tr><td>a<td>b" * 19_000,
    "percentages": lambda: f'<div id="zoom"><p>{"增长5%。" * 27_000}</p></div>',
    "next_steps": lambda: f'<div id="zoom"><p>{"。下一步工作" * 23_000}</p></div>',
    "first_ofs": lambda: '<div id="zoom">' + "<p>一是推进工作。</p>" * 19_000,
    "headings_below": lambda: '<div id="zoom">' + "".join(f"<p>{n % 90}、发展目标</p>" for n in range(19_000)),
    "cited": lambda: f'<div id="zoom"><p>{"《方案》" * 34_000}</p></div>',
    "brackets": lambda: f'<div id="zoom"><p>{"《(“【" * 34_000}</p></div>',
    "names": lambda: f'<div id="zoom"><p>推进工作。(责任单位:{"市财政局、" * 27_000})</p></div>',
    "amounts": lambda: f'<div id="zoom"><p>{"1,234.5万元," * 13_000}</p></div>',
    "lists": lambda: "<ul><li><a href=/1>甲</a>" * 3_000,
}


def made(name: str) -> bytes:
    return f"<html><body>{MAKERS[name]()}".encode()
