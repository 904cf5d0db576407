"""Public bodies: their customary short names, and whether two names mean one body (SPEC §5)."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from services.domain.errors import ConfigError
from services.parser.lexicon import load
from services.parser.reading.aliases import Aliases, aliases_of
from services.parser.reading.patterns import any_word
from services.parser.text.script import to_simplified

_WORDS = load("bodies")
_OWN = aliases_of({part: _WORDS[part] for part in ("stems", "names")} | {"variants": _WORDS["variants"]})
#: What `extend` fills: full name to short name, and a short name to all names of its kind.
_STEMS: dict[str, str] = {}
_NAMES: dict[str, str] = {}
_KINDS: dict[str, tuple[str, ...]] = {}
#: Of the lexicon alone: what is stored is found by it, whatever a user adds or takes away later.
_STORED_AS: dict[str, str] = {name: group[0] for group in _OWN.groups for name in group}
#: Names of departments behind their place, full and short: 财政局, 发展改革委.
DEPARTMENTS = frozenset(
    {*_STORED_AS, *dict(_OWN.stems), *dict(_OWN.stems).values()} - {name for pair in _OWN.names for name in pair}
)
_SITE = re.compile(any_word(_WORDS["site"]["words"]) + "$")
_ENDS = re.compile("[\u4e00-\u9fff()·]{2,38}" + any_word(_WORDS["suffixes"]["words"]) + r"(?:\([^()]{1,30}\))?")

_PARTING = re.compile(r"[\s、]+")
#: What a line of nothing but bodies ends in: a suffix, a bracket, 件 of 文件 or 章.
_LAST = frozenset([*(word[-1] for word in _WORDS["suffixes"]["words"]), *")、件章"])
#: (盖章) behind a signature, and 文件 behind the name in a red head.
_SEAL = re.compile(r"\s*(?:文\s*件|\(\s?(?:代|盖|公|印|签)?\s?章\s?\))$")

_LEVEL = "自治区|自治州|自治县|自治旗|特别行政区|新区|实验区|开发区|高新区|地区|省|市|区|县|州|盟|旗"
_REGION = rf"[^省市区县盟旗、,]{{2,10}}?(?:{_LEVEL})|[^省市区县州盟旗各全我本该、,]县"
_REGIONS = re.compile(rf"(?!国家|国务院|中国|中华|中共中央)(?:{_REGION})+")
_REGION_PART = re.compile(_REGION)
_LAST_LEVEL = re.compile(rf"(?:{_LEVEL})$")
#: A level alone is nobody's name: 自治区教育厅.
_NO_PLACE = re.compile(_LEVEL)
_LEVELS = "省市区县州盟旗"
_SHORT_LEVEL = {"自治县": "县", "自治旗": "旗", "特别行政区": "特区", "自治州": "州"}
_LEVEL_BEFORE = re.compile("自治区|[省市区县州盟旗](?=.)")
_PARTY = re.compile(r"^中共(?=[^中])")


def extend(user: Aliases) -> None:
    """Know these names too, in place of those an earlier call gave: once at start-up, before anything is read.

    Raises ConfigError for a name that could never be met.
    """
    for key, name in [("[stems]", full) for full, _ in user.stems] + [
        ("[variants] groups", name) for group in user.groups for name in group
    ]:
        if _split(name)[0]:
            raise ConfigError(f"{key}: {name} names a place: leave the place out, or write it in [names]")
        if name[0] in _LEVELS and name[1:] in {*_STORED_AS, *dict(_OWN.stems), *dict(_OWN.stems).values()}:
            raise ConfigError(f"{key}: {name} begins with a level: write {name[1:]}")
    _know(_OWN)
    # who was read by a shorter name before is still the same body
    earlier = tuple((_short_stem(full), short) for full, short in user.stems)
    _know(Aliases((*_OWN.stems, *user.stems), (*_OWN.names, *user.names), (*_OWN.groups, *earlier, *user.groups)))
    _USER[0] = user


def extended() -> Aliases:
    """What `extend` was given."""
    return _USER[0]


def variants_of(short: str) -> tuple[str, ...]:
    """All short names that mean the body of this one: 市发改委 → 市发展改革委, 市发改委."""
    head, stem = _level_and_stem(short)
    return tuple(head + name for name in _KINDS.get(stem, (stem,)))


@functools.lru_cache(maxsize=4096)
def short_name(full: str) -> str:
    """The customary short name: 重庆市科学技术局 → 市科技局, 四川省人民政府办公厅 → 省政府办公厅.

    A name that is short already, or that no rule knows, comes back as it is (simplified, without a site's 网站).
    """
    name = _SITE.sub("", to_simplified(full).strip())
    if name in _NAMES:
        return _NAMES[name]
    region, stem = _split(name)
    return region + _short_stem(stem)


def same_body(a: str, b: str) -> bool:
    """Whether two names, full or short, can mean one body. 市科技局 may be any city's, so it equals 重庆市科技局;
    names with two different regions never do."""
    return _kind_of_body(a) == _kind_of_body(b) and _places_agree(_place(a), _place(b))


def keys_of(name: str, about: Sequence[str] = ()) -> tuple[str, ...]:
    """By what a name is found: the kind of body, and that kind in its place, however much of the place is said.

    重庆市渝中区财政局 → 区财政局, 区财政局@重庆市渝中区, 区财政局@渝中区, 区财政局=重庆市渝中区. A short name has the
    place of its document, as far as its own level: 市财政局 in a document of 重庆市渝中区 is 重庆市's. That is
    the first place in `about`, the names of who signs and publishes it.
    """
    kind = _stored_kind(short_name(name))
    parts = _parts(_place(name)) or _down_to(kind, _parts(next(filter(None, map(_place, about)), "")))
    return kind, *(f"{kind}@{each}" for each in parts), *(f"{kind}={whole}" for whole in parts[:1])


def keys_asked(name: str) -> tuple[str, ...]:
    """What to look for among `keys_of`, any of them: the kind alone where `name` says no place, for then any place's
    body is meant; with a place also the documents that say less of it (渝中区 for 重庆市渝中区)."""
    kinds = dict.fromkeys(map(_stored_kind, variants_of(short_name(name))))
    parts = _parts(_place(name))
    if not parts:
        return tuple(kinds)
    return tuple(key for kind in kinds for key in (f"{kind}@{parts[0]}", *(f"{kind}={less}" for less in parts[1:])))


def is_body(name: str) -> bool:
    """Whether `name` has the form of a public body's name."""
    return bool(_ENDS.fullmatch(name.strip()))


def body_of_site(name: str) -> str:
    """The body a site belongs to: 重庆市教育委员会网站 → 重庆市教育委员会."""
    return _SITE.sub("", name.strip())


def bodies_in(line: str) -> tuple[str, ...]:
    """The bodies a line consists of, joined by spaces or 、 in a joint signature; empty if it is anything else."""
    bare = line.strip()
    if bare[-1:] not in _LAST:
        return ()
    parts = [part for part in _PARTING.split(_SEAL.sub("", bare)) if part]
    if parts and all(is_body(part) for part in parts):
        return tuple(parts)
    joined = "".join(parts)
    return (joined,) if len(joined) <= 30 and is_body(joined) else ()


def _split(name: str) -> tuple[str, str]:
    """Level of the innermost region and what follows: 重庆市渝中区财政局 → 区, 财政局."""
    name = _PARTY.sub("", name)
    regions = _REGIONS.match(name)
    if not regions or regions.end() == len(name):
        return "", name
    level = _LAST_LEVEL.search(regions[0])
    return (_SHORT_LEVEL.get(level[0], level[0]) if level else ""), name[regions.end() :]


def _short_stem(stem: str) -> str:
    if stem in _STEMS:
        return _STEMS[stem]
    if len(stem) > 1 and stem[0] in _LEVELS and stem[1:] in _STEMS:
        return stem[0] + _STEMS[stem[1:]]
    return re.sub("(?<=[\u4e00-\u9fff]{2})委员会$", "委", stem)


def _kind_of_body(name: str) -> str:
    """The short name with the level, variants folded: 市发改委 and 重庆市发展和改革委员会 are both 市发展改革委."""
    return variants_of(short_name(name))[0]


def _stored_kind(short: str) -> str:
    """As `_kind_of_body`, by the lexicon's variants alone."""
    head, stem = _level_and_stem(short)
    return head + _STORED_AS.get(stem, stem)


def _level_and_stem(short: str) -> tuple[str, str]:
    level = _LEVEL_BEFORE.match(short)
    return (level[0], short[level.end() :]) if level else ("", short)


def _parts(place: str) -> tuple[str, ...]:
    """A place, and what is left of it when the outer regions are not said: 重庆市渝中区, 渝中区."""
    return tuple(place[part.start() :] for part in _REGION_PART.finditer(place))


def _down_to(kind: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The place down to the region whose body `kind` is; all of it where that names no level."""
    level = _LEVEL_BEFORE.match(kind)
    if level is None or not parts:
        return parts
    inner = [part.end() for part in _REGION_PART.finditer(parts[0]) if part[0].endswith(level[0])]
    return _parts(parts[0][: inner[-1]]) if inner else ()


def _place(name: str) -> str:
    regions = _REGIONS.match(_PARTY.sub("", to_simplified(name).strip()))
    return regions[0] if regions and not _NO_PLACE.fullmatch(regions[0]) else ""


def _places_agree(a: str, b: str) -> bool:
    return not a or not b or a.endswith(b) or b.endswith(a)


def _know(aliases: Aliases) -> None:
    """The first name of a kind stays the first, whatever joins its group."""
    for known, pairs in ((_STEMS, aliases.stems), (_NAMES, aliases.names)):
        known.clear()
        known.update(pairs)
    _KINDS.clear()
    for group in aliases.groups:
        names = [*group, *map(_short_stem, group)]
        joined = (name for one in names for name in _KINDS.get(one, ()))
        kind = tuple(dict.fromkeys((*joined, *names)))
        _KINDS.update(dict.fromkeys(kind, kind))
    short_name.cache_clear()


#: What `extend` was given last.
_USER = [Aliases()]
extend(Aliases())
