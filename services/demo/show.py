"""An alert the way a person wants to read it: what, where, before → after, how serious, and the link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_EVENTS = {
    "document.published": ("新文件", "a new document"),
    "document.revised": ("文件有改动", "a document was changed"),
    "document.removed": ("文件已不见", "a document is gone"),
    "document.restored": ("文件重新出现", "a document is back"),
    "document.moved": ("文件已迁移", "a document moved"),
}
_CHANGES = {
    "target_lowered": ("目标降低", "target lowered"),
    "target_raised": ("目标提高", "target raised"),
    "deadline_moved": ("期限变动", "deadline moved"),
    "modality_softened": ("措辞弱化", "wording softened"),
    "modality_strengthened": ("措辞强化", "wording strengthened"),
    "commitment_withdrawn": ("承诺撤回", "commitment withdrawn"),
    "commitment_added": ("新增承诺", "commitment added"),
    "page_removed": ("页面撤下", "page removed"),
}


def show(console: Console, event: Mapping[str, Any]) -> None:
    data = event["data"]
    document = data["document"]
    chinese, english = _EVENTS.get(event["type"], (event["type"], ""))
    lines = [f"[bold]{escape(document.get('title') or document['url'])}[/bold]", escape(document.get("agency") or "")]
    for change in data["changes"]:
        lines += _change(change)
    if event["type"] == "document.published":
        lines.append(
            f"{document.get('commitments', 0)} 项承诺 commitments, {document.get('targets', 0)} 个目标 targets"
        )
    lines.append(f"[dim]{_when(data['observed'])}{_edit(data)}[/dim]")
    lines.append(f"[link={data['links']['history']}]{escape(data['links']['history'])}[/link]")
    lines.append(f"[dim]{event['id']}[/dim]")
    worst = data["changes"][0]["severity"] if data["changes"] else "info"
    title = f"[{_STYLES.get(worst, 'dim')}]{chinese} · {english}[/]"
    console.print(Panel("\n".join(line for line in lines if line), title=title, title_align="left"))


def _change(change: Mapping[str, Any]) -> list[str]:
    chinese, english = _CHANGES.get(change["type"], (change["type"], change["type"].replace("_", " ")))
    style = _STYLES.get(change["severity"], "dim")
    lines = [f"[{style}]{chinese} · {english} ({change['severity']}, {change['direction']})[/]"]
    if change.get("path"):
        lines.append("  " + escape(" › ".join(change["path"])))
    if change.get("metric"):
        lines.append("  " + escape(change["metric"]))
    before, after = _pair(change)
    if before is not None or after is not None:
        lines.append(f"  [red]{escape(_said(before))}[/red] → [green]{escape(_said(after))}[/green]")
    return lines


def _pair(change: Mapping[str, Any]) -> tuple[Any, Any]:
    """What was said and what is said now; for wording the words themselves, not their levels."""
    if change["type"].startswith("modality") and "old" in change and "new" in change:
        return change["old"]["text"], change["new"]["text"]
    return change.get("before"), change.get("after")


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "—".join(str(item) for item in value)
    return "∅" if value is None else str(value)


def _when(observed: Mapping[str, str | None]) -> str:
    before = str(observed["before"])[:16].replace("T", " ")
    if observed["after"] is None:
        return f"首次看到 first seen {before} UTC"
    return f"观测区间 observed between {str(observed['after'])[:16].replace('T', ' ')} and {before} UTC"


def _edit(data: Mapping[str, Any]) -> str:
    return " · 未声明的改动 silent edit" if data.get("edit") == "silent" else ""
