"""Alerts, dashboard and runbook belong together, and speak of metrics and log lines that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from services.health.condition import Condition, Limits, Look, judge
from services.health.gauges import gauges
from services.metrics import counted
from services.storage.vitals import Backlog, Vitals

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
METRIC = re.compile(r"\b((?:dafu|process)_[a-z0-9_]+|up)\b(?!\s*=)")
VITALS = Vitals(NOW, "1", {"parser": Backlog(0, None, 0)}, 0, None, None, {}, {}, {"queue": 0}, 1)


def rules() -> list[dict[str, Any]]:
    told = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
    return told


def expressions() -> list[str]:
    shown = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + shown


def existing() -> dict[str, set[str]]:
    """Every series a process offers, to its labels."""
    condition = Condition(Look(NOW, VITALS, "1", disk=1))
    families = [*REGISTRY.collect(), *gauges(condition)]
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    named = (family.name + end for family in families for end in endings.get(family.type, ("",)))
    found: dict[str, set[str]] = {name: set() for name in named}
    for family in families:
        for one in family.samples:
            found.setdefault(one.name, set()).update(one.labels)
    for collector in vars(counted).values():  # labels are known before anything is counted
        if hasattr(collector, "_labelnames"):
            for end in endings[collector._type]:
                found[collector._name + end] = {*collector._labelnames, *(("le",) if end == "_bucket" else ())}
    return found | {"dafu_info": {"version", "process", "database", "bus"}, "up": {"job"}}


def test_every_metric_and_label_asked_for_exists() -> None:
    series = existing()
    for expression in expressions():
        bare = re.sub(r'"[^"]*"', '""', expression)
        for name in METRIC.findall(bare):
            assert name in series, f"{name} in {expression}"
        for name, labels in re.findall(r"(dafu_[a-z0-9_]+)\{([^}]*)\}", bare):
            asked = set(re.findall(r"(\w+)\s*[=!]", labels))
            assert asked <= series[name] | {"instance", "job"}, expression
        grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", bare) for label in group.split(",")}
        known = set().union(*(series[name] for name in METRIC.findall(bare)))
        assert grouped <= known, expression


def test_every_metric_of_ours_is_watched_somewhere() -> None:
    asked = " ".join(expressions())
    stems = {re.sub(r"_(total|bucket|count|sum|created)$", "", name) for name in existing() if name.startswith("dafu_")}
    assert {stem for stem in stems if stem not in asked} == set()


def test_every_alert_has_its_section_in_the_runbook() -> None:
    text = (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL))
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    assert set(sections) == set(names)
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"RUNBOOK.md#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert len(sections[rule["alert"]]) > 150, "what it means, how to look, what helps"
    anchors = set(re.findall(r"\]\(#([\w-]+)\)", text))
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert anchors <= {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_every_finding_and_every_log_line_is_in_the_runbook() -> None:
    text = (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
    source = {path: path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py")}
    condition = next(told for path, told in source.items() if path.match("health/condition.py"))
    codes = set(re.findall(r'"([a-z]+_[a-z_]+)",', condition)) | {"queue_lag", "stuck_leases"}
    assert {code for code in codes if f"`{code}`" not in text} == set()
    logged = {
        name
        for told in source.values()
        for name in re.findall(r"\b_?log\.(?:debug|info|warning|error|exception)\(\s*f?[\"']([^\"']*)", told)
    }
    assert len(logged) > 10
    assert {name for name in logged if not re.fullmatch(r"[a-z]+\.[a-z_]+", name)} == set()
    assert {name for name in logged if f"`{name}`" not in text} == set()


def test_a_limit_of_readiness_and_the_alert_are_the_same() -> None:
    late = Limits().lag.total_seconds()
    for name in ("DafuQueueLag", "DafuDeliveriesLate", "DafuVisitsLate"):
        (rule,) = (rule for rule in rules() if rule["alert"] == name)
        assert f"> {late:.0f}" in rule["expr"]
    assert judge(Look(NOW, VITALS, "1"), Limits()).findings == ()


def test_panels_stand_side_by_side_and_every_command_of_the_runbook_exists() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
    source = (ROOT / "services" / "cli.py").read_text(encoding="utf-8")
    known = set(re.findall(r'command\("?([a-z]*)"?\)\s*def ([a-z_]+)', source))
    names = {given or made for given, made in known} | {"sources", "tokens", "secrets", "events"}
    asked = set(re.findall(r"`(?:DAFU_\w+=\S+ )?dafu ([a-z]+)", (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")))
    assert asked <= names | {"fetcher", "parser", "webhooks", "relay", "api"}


def test_prometheus_itself_takes_rules_and_settings() -> None:
    """Where promtool is installed; what it would find wrong most is checked above without it."""
    promtool = shutil.which("promtool")
    for expression in (rule["expr"] for rule in rules()):
        assert expression.count("(") == expression.count(")")
    if promtool is None:
        return
    for kind, name in (("rules", "alerts.yml"), ("config", "prometheus.yml")):
        run = subprocess.run([promtool, "check", kind, name], cwd=DEPLOY, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", ["alerts.yml", "prometheus.yml", "compose.yaml"])
def test_yaml_has_no_key_twice(name: str) -> None:
    class Strict(yaml.SafeLoader):  # type: ignore[misc]  # the library has no types
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value if key.value != "<<"]
            assert len(set(keys)) == len(keys), f"{name}: {keys}"
            return super().construct_mapping(node, deep)

    yaml.load((DEPLOY / name).read_text(encoding="utf-8"), Strict)  # noqa: S506 - a safe loader
