"""One name given, every spelling of that body found, no other body."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from services.api.bodies import names_meant
from services.parser.reading.bodies import short_name

STORED = (
    "市发展改革委",
    "市发改委",
    "重庆市发展和改革委员会",
    "成都市发展和改革委员会",
    "省发展改革委",
    "市人力社保局",
    "市人力资源和社会保障局",
    "区人社局",
    "各区县",
)


def stored(shorts: Collection[str]) -> tuple[str, ...]:
    """As the index answers: by short names alone."""
    return tuple(name for name in STORED if short_name(name) in shorts)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("市发改委", {"市发展改革委", "市发改委", "重庆市发展和改革委员会", "成都市发展和改革委员会"}),
        ("重庆市发展和改革委员会", {"市发展改革委", "市发改委", "重庆市发展和改革委员会"}),
        ("重慶市發展和改革委員會", {"市发展改革委", "市发改委", "重庆市发展和改革委员会"}),
        ("省发改委", {"省发展改革委"}),
        ("市人社局", {"市人力社保局", "市人力资源和社会保障局"}),
        ("各区县", {"各区县"}),
        ("市教委", set()),
        ("发", set()),
        ("\x00", set()),
    ],
)
def test_every_spelling_of_a_body_is_meant_and_no_other_body(name: str, meant: set[str]) -> None:
    assert set(names_meant(name, stored)) == meant
