"""What to watch, read strictly: a mistake in the file is named, never skipped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.domain.errors import ConfigError
from services.seeds import read_sources, seeds_folder


def test_the_columns_we_start_with_are_all_unvisited() -> None:
    sources = read_sources(seeds_folder() / "sources.toml")
    assert len(sources) == 10
    assert {source.verified for source in sources} == {"never"}
    assert len({source.url for source in sources}) == 10


def test_durations_and_expectations(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        '[[source]]\nid = "a"\nurl = "HTTPS://Example.gov.cn:443/list"\nevery = "90m"\n'
        'min_length = 200\nmust_contain = ["答复"]\nkind = "reply_npc"\n',
        encoding="utf-8",
    )
    (source,) = read_sources(tmp_path / "s.toml")
    assert source.url == "https://example.gov.cn/list"
    assert (source.every, source.min_length, source.must_contain) == (timedelta(minutes=90), 200, ("答复",))


GOOD = 'id = "a"\nurl = "https://e.cn/"\nevery = "1h"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[source]]\n" + GOOD + "speed = 3\n", "unknown key 'speed'"),
        ('[[source]]\nurl = "https://e.cn/"\nevery = "1h"\n', "'id' is missing"),
        ("[[source]]\n" + GOOD.replace("1h", "soon"), "'soon' is no duration"),
        ("[[source]]\n" + GOOD.replace("1h", "0s"), "'0s' is no duration"),
        ("[[source]]\n" + GOOD.replace("https://e.cn/", "ftp://e.cn/"), "not an absolute http"),
        ("[[source]]\n" + GOOD.replace('"a"', '"a b"'), "id 'a b'"),
        ("[[source]]\n" + GOOD + 'kind = "letter"\n', "kind 'letter'"),
        ("[[source]]\n" + GOOD + "min_length = -1\n", "'min_length'"),
        ("[[source]]\n" + GOOD + "must_contain = [1]\n", "'must_contain'"),
        ("[[source]]\n" + GOOD + "[[source]]\n" + GOOD, "two sources are called 'a'"),
        ("[source]\n" + GOOD, "must be [[source]] tables"),
        ("sources = 1\n", "unknown key 'sources'"),
        ("[[source]\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_fault(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_sources(path)
    assert str(path) in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_and_undecodable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sources(tmp_path / "none.toml")
    (tmp_path / "s.toml").write_bytes("[[source]]\nid = '中'".encode("gb18030"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_sources(tmp_path / "s.toml")
