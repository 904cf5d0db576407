"""Names of public bodies that a user adds: known everywhere, found by either, and taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.errors import ConfigError
from services.parser.reading.aliases import Aliases, aliases_of
from services.parser.reading.bodies import extend, keys_asked, keys_of, same_body, short_name, variants_of
from services.parser.reading.reader import todays

OWN = aliases_of(
    {
        "stems": {"reason": "seen", "數字經濟促進局": "数经局", "民政局": "民局", "发展和改革委员会": "改革委"},
        "names": {"临江市滨湖事务署": "市滨湖署"},
        "variants": {"groups": [["经信委", "工业和信息化委员会"], ["数经局", "数促局"]]},
    }
)


@pytest.fixture(autouse=True)
def _own() -> Iterator[None]:
    extend(OWN)
    yield
    extend(Aliases())


def found(asked: str, stored: str, where: str = "") -> bool:
    return bool(set(keys_asked(asked)) & set(keys_of(stored, [where])))


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("临江市数字经济促进局", "市数经局"),
        ("临江市滨湖区数字经济促进局", "区数经局"),
        ("临江市滨湖事务署", "市滨湖署"),
        ("重庆市教育委员会", "市教委"),
    ],
)
def test_a_name_of_ones_own_is_shortened_beside_those_of_the_lexicon(full: str, short: str) -> None:
    assert short_name(full) == short
    assert same_body(full, short)
    assert found(full, short, where=full)
    assert found(short, full)


@pytest.mark.parametrize("name", ["市经济信息委", "市经信委", "市工业和信息化委", "重庆市工业和信息化委员会"])
def test_a_group_joins_the_group_of_the_lexicon_it_meets(name: str) -> None:
    for other in ("重庆市经济和信息化委员会", "市经信委"):
        assert same_body(name, other)
        assert found(name, other, where="重庆市")
        assert found(other, name, where="重庆市")
    assert not same_body(name, "市教委")
    assert not same_body(name, "区经信委")


@pytest.mark.parametrize("name", ["市发展改革委", "市发改委", "临江市发展和改革委员会"])
def test_another_short_name_leaves_the_customary_ones_valid(name: str) -> None:
    assert short_name("临江市发展和改革委员会") == "市改革委"
    assert same_body(name, "市改革委")
    assert found("市改革委", name)


def test_what_was_stored_before_the_names_were_known_is_found_by_them() -> None:
    extend(Aliases())
    before = {name: set(keys_of(name)) for name in ("市数促局", "市数字经济促进局", "市经信委", "市工业和信息化委")}
    extend(OWN)
    assert set(keys_asked("市数经局")) & before["市数促局"]
    assert set(keys_asked("市数促局")) & before["市数字经济促进局"]
    assert set(keys_asked("市经信委")) & before["市工业和信息化委"]
    assert set(keys_asked("市工业和信息化委")) & before["市经信委"]


@given(st.lists(st.lists(st.sampled_from(["甲局", "乙局", "丙局", "教委", "财政局", "财局"]), min_size=2, max_size=3)))
def test_names_found_by_each_other_are_the_same_body(groups: list[list[str]]) -> None:
    names = [f"市{name}" for name in ("甲局", "乙局", "丙局", "教委", "财政局", "财局")]
    extend(aliases_of({"variants": {"groups": groups}}))
    assert all(found(a, b) == same_body(a, b) == same_body(b, a) for a in names for b in names)


def test_names_taken_away_are_unknown_again() -> None:
    extend(Aliases())
    assert not same_body("市数经局", "市数促局")
    assert short_name("临江市数字经济促进局") == "市数字经济促进局"
    assert variants_of("市数经局") == ("市数经局",)


def test_another_list_of_names_is_another_reader() -> None:
    with_own = todays()
    extend(replace(OWN, groups=()))
    with_fewer = todays()
    extend(Aliases())
    assert len({with_own.version, with_fewer.version, todays().version}) == 3
    extend(OWN)
    assert todays() is with_own


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"stem": {}}, "[stem] is not known"),
        ({"stems": ["甲局"]}, "stems must be a table"),
        ({"stems": {"数字局": 7}}, "[stems] 数字局: 7 is no name"),
        ({"names": {"数字局": ""}}, "[names] 数字局: '' is no name"),
        ({"stems": {"临江市数字局": "数字局"}}, "[stems]: 临江市数字局 names a place"),
        ({"variants": {"groups": ["数字局", "数局"]}}, "[variants] groups must be lists"),
        ({"variants": {"groups": [["数字局"]]}}, "[variants] groups must be lists"),
        ({"variants": {"group": []}}, "[variants] group is not known"),
        ({"variants": {"groups": [["市经信委", "工信委"]]}}, "市经信委 begins with a level: write 经信委"),
    ],
)
def test_a_wrong_list_names_the_key_and_the_remedy(tables: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        extend(aliases_of(tables))
    assert says in str(error.value)
    assert same_body("市数经局", "市数促局")  # nothing is half known
