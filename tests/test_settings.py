"""Settings come from the environment, and a wrong one is one clear line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.domain.errors import ConfigError
from services.settings import Settings, load_settings

EXAMPLE = Path(__file__).parent.parent / "deploy" / "env.example"


def test_the_example_lists_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = dict(re.findall(r"^(DAFU_\w+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(listed) == {f"DAFU_{name.upper()}" for name in Settings.model_fields}
    for name, value in listed.items():
        monkeypatch.setenv(name, value)
    assert load_settings() == Settings.model_construct()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DAFU_PORT", "http"),
        ("DAFU_PORT", "70000"),
        ("DAFU_SPACING", "1"),
        ("DAFU_LOG_LEVEL", "loud"),
        ("DAFU_ENV", "x"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{name}: .*{value}") as error:
        load_settings()
    assert "\n" not in str(error.value)


def test_opened_addresses_are_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAFU_ALLOW_ADDRESSES", "127.0.0.1/32:8080, ::1/128:*")
    assert load_settings().allow_addresses == ("127.0.0.1/32:8080", "::1/128:*")
    monkeypatch.setenv("DAFU_ENV", "production")
    with pytest.raises(ConfigError, match="DAFU_ALLOW_ADDRESSES"):
        load_settings()


def test_a_setting_may_be_a_file_and_a_variable_counts_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dafu_secret_key").write_text("from a file\n", encoding="utf-8")
    (tmp_path / "dafu_database_url").write_text("postgresql://file\n", encoding="utf-8")
    monkeypatch.setenv("DAFU_SECRETS", str(tmp_path))
    monkeypatch.setenv("DAFU_SECRET_KEY", "")  # set to nothing is as good as not set
    monkeypatch.setenv("DAFU_DATABASE_URL", "postgresql://variable")
    settings = load_settings()
    assert settings.secret_key.get_secret_value() == "from a file"
    assert settings.database_url == "postgresql://variable"
    monkeypatch.setenv("DAFU_SECRETS", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"^DAFU_SECRETS: "):
        load_settings()
