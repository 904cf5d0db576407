"""Addresses never connected to (DELIVERY.md), and URLs in every spelling that leads to one (ATTACKS.md A)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from services.domain.identity import canonical_url
from services.egress.addresses import Refusal, forbidden, judge_url
from services.egress.policy import read_rules
from services.egress.table import IPV4, IPV6

REFUSED = """
    0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254
    168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.11 192.0.0.170
    192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
    64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:0:7f00:1::1 2001:10::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1
    fc00::1 fd00:ec2::254 fd20:ce::254 fe80::1 fec0::1 ff02::1 ::5efe:7f00:1 2400:3200::5efe:7f00:1
    2400:3200::200:5efe:a00:1 4000::1 fe80::1%eth0
"""
#: The second half stands next door to a refused network.
KEPT = """
    1.1.1.1 8.8.8.8 114.114.114.114 223.5.5.5 192.0.0.9 192.0.0.10 2400:3200::1 2606:4700::1111 64:ff9b::808:808
    9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
    172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255
    198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 168.63.129.15 168.63.129.17
    2001:200::1 2001:db7::1 2001:db9::1 2003::1 2400:3200::5efe:808:808 3ffe::1
"""


@pytest.mark.parametrize("address", REFUSED.split())
def test_not_connected_to(address: str) -> None:
    assert forbidden(address) is not None


@pytest.mark.parametrize("address", KEPT.split())
def test_connected_to(address: str) -> None:
    assert forbidden(address) is None


@pytest.mark.parametrize("network", [network for network, _ in (*IPV4, *IPV6)], ids=str)
def test_both_ends_of_every_network_are_refused(network: object) -> None:
    assert isinstance(network, type(IPV4[0][0]) | type(IPV6[0][0]))
    kept_for_its_ipv4 = str(network) == "64:ff9b::/32"
    assert kept_for_its_ipv4 or forbidden(str(network[0])) is not None
    assert forbidden(str(network[-1])) is not None


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_no_ipv4_hides_in_an_ipv6_address(address: IPv4Address) -> None:
    packed = int(address)
    wrapped = [
        IPv6Address(packed),
        IPv6Address(0xFFFF << 32 | packed),
        IPv6Address(0xFFFF << 48 | packed),
        IPv6Address(0x2002 << 112 | packed << 80),
        IPv6Address(0x20010000 << 96 | packed << 64 | (packed ^ 0xFFFFFFFF)),
    ]
    assert all(forbidden(str(each)) is not None for each in wrapped)
    nat64 = IPv6Address(0x64FF9B << 96 | packed)
    isatap = IPv6Address(0x24003200 << 96 | 0x5EFE << 32 | packed)
    assert (forbidden(str(nat64)) is None) == (forbidden(str(address)) is None)
    assert (forbidden(str(isatap)) is None) == (forbidden(str(address)) is None)


@given(st.text(max_size=60))
def test_what_is_no_address_is_forbidden(text: str) -> None:
    try:
        IPv4Address(text)
    except ValueError:
        try:
            IPv6Address(text)
        except ValueError:
            assert forbidden(text) == "no address"


#: URL -> code.
BAD_URLS = {
    "http://127.0.0.1/": "forbidden_address",
    "http://LOCALHOST./": "internal_name",
    "http://localhost/": "internal_name",
    "http://a.b.localhost/": "internal_name",
    "http://2130706433/": "forbidden_address",
    "http://0x7f000001/": "forbidden_address",
    "http://0X7F.1/": "forbidden_address",
    "http://017700000001/": "forbidden_address",
    "http://127.1/": "forbidden_address",
    "http://127.0.1/": "forbidden_address",
    "http://127.0.0.1./": "forbidden_address",
    "http://0/": "forbidden_address",
    "http://0x/": "forbidden_address",
    "http://①②⑦.⓪.⓪.①/": "forbidden_address",
    "http://１２７。０。０。１/": "forbidden_address",
    "http://[::1]/": "forbidden_address",
    "http://[::ffff:7f00:1]/": "forbidden_address",
    "http://[::ffff:0:127.0.0.1]/": "forbidden_address",
    "http://[::5efe:7f00:1]/": "forbidden_address",
    "http://[64:ff9b:1::1]/": "forbidden_address",
    "http://[2001:0:7f00:1::1]/": "forbidden_address",
    "http://[fec0::1]/": "forbidden_address",
    "http://[fe80::1%25eth0]/": "malformed",
    "http://169.254.169.254/latest/meta-data/": "forbidden_address",
    "http://168.63.129.16/": "forbidden_address",
    "http://metadata.google.internal/": "internal_name",
    "http://METADATA.tencentyun.com/": "internal_name",
    "http://ⓜetadata.google.internal/": "internal_name",
    "http://metadata/": "internal_name",
    "http://printer.local/": "internal_name",
    "http://10.1.2.3/": "forbidden_address",
    "http://172.20.0.1/": "forbidden_address",
    "http://192.168.1.1/": "forbidden_address",
    "file:///etc/passwd": "scheme",
    "ftp://example.com/": "scheme",
    "gopher://example.com/": "scheme",
    "dict://example.com/": "scheme",
    "unix:///run/x": "scheme",
    "data:text/html,x": "scheme",
    "javascript:alert(1)": "scheme",
    "jar:http://example.com/": "scheme",
    "//example.com/": "scheme",
    "/path": "scheme",
    "http:/example.com": "scheme",
    "http:example.com": "scheme",
    "": "scheme",
    "http://": "malformed",
    "http:///path": "malformed",
    "http://example.com\\@127.0.0.1/": "userinfo",
    "http://example.com\\.evil.test/": "malformed",
    "http://user:secret@example.com/": "userinfo",
    "http://127.0.0.1@example.com/": "userinfo",
    "http://exa\tmple.com/": "control_character",
    "http://example.com/\r\nX: 1": "control_character",
    "http://example.com/\x00": "control_character",
    "http://example.com/\u2028": "control_character",
    "http://example.com/\u202emoc": "control_character",
    "http://exam\u200bple.com/": "control_character",
    "http://example.com/\ud800": "control_character",
    "http://example.com:22/": "port",
    "http://example.com:25/": "port",
    "http://example.com:6379/": "port",
    "http://example.com:5432/": "port",
    "http://example.com:0/": "port",
    "http://example.com:99999/": "port",
    "http://example.com:8O/": "malformed",
    "http://example.com:٨٠/": "malformed",
    "http://example.com:80:80/": "malformed",
    "http://[::1/": "malformed",
    "http://[::1]x/": "malformed",
    "http://[127.0.0.1]/": "malformed",
    "http://1.2.3.4.5/": "malformed",
    "http://256.1.1.1/": "malformed",
    "http://08.1.1.1/": "malformed",
    "http://a..b.cn/": "malformed",
    "http://-a.cn/": "malformed",
    "http://a b.cn/": "malformed",
    "http://%31%32%37.0.0.1/": "malformed",
    "http://ex℀mple.com/": "malformed",
    "http://gоv.cn/": "homograph",
    "http://xn--gv-emc.cn/": "homograph",
    "http://example.com/" + "a" * 5000: "too_long",
}


@pytest.mark.parametrize(("url", "code"), BAD_URLS.items(), ids=lambda value: ascii(value)[:60])
def test_not_asked(url: str, code: str) -> None:
    assert judge_url(url) == Refusal(code)


GOOD_URLS = {
    "http://WWW.Example.GOV.cn": "http://www.example.gov.cn/",
    "https://example.gov.cn:443/a?b=c#d": "https://example.gov.cn/a?b=c",
    "http://example.gov.cn.:8080/": "http://example.gov.cn:8080/",
    "http://example.gov.cn:/": "http://example.gov.cn/",
    "  http://example.gov.cn/ ": "http://example.gov.cn/",
    "http://example.gov.cn/政策/t1.html?标题=答复": (
        "http://example.gov.cn/%E6%94%BF%E7%AD%96/t1.html?%E6%A0%87%E9%A2%98=%E7%AD%94%E5%A4%8D"
    ),
    "http://example.gov.cn/a%20b c/%B9%AB": "http://example.gov.cn/a%20b%20c/%B9%AB",
    "http://中国.cn/": "http://xn--fiqs8s.cn/",
    "http://example。gov．cn/": "http://example.gov.cn/",
    "http://134744072/": "http://8.8.8.8/",
    "http://[2400:3200:0::1]/": "http://[2400:3200::1]/",
    "http://my_site.gov.cn/": "http://my_site.gov.cn/",
}


@pytest.mark.parametrize(("url", "spelling"), GOOD_URLS.items())
def test_one_spelling(url: str, spelling: str) -> None:
    assert judge_url(url) == spelling
    assert judge_url(spelling) == spelling
    assert canonical_url(spelling) == spelling


def test_https_only_and_other_ports() -> None:
    assert judge_url("http://example.com/", schemes=("https",)) == Refusal("scheme")
    assert judge_url("https://example.com:9443/", ports={9443}) == "https://example.com:9443/"
    assert judge_url("https://example.com/", ports={9443}) == Refusal("port")


def test_a_rule_opens_its_address_and_port_only() -> None:
    rules = read_rules(["127.0.0.1/32:8000", "::1/128:*"])
    assert judge_url("http://127.0.0.1:8000/", allow=rules) == "http://127.0.0.1:8000/"
    assert judge_url("http://[::1]:7/", allow=rules) == "http://[::1]:7/"
    assert judge_url("http://127.0.0.1/", allow=rules) == Refusal("forbidden_address")
    assert judge_url("http://127.0.0.2:8000/", allow=rules) == Refusal("forbidden_address")
    assert judge_url("http://8.8.8.8:7/", allow=rules) == Refusal("forbidden_address")
    assert judge_url("http://localhost:8000/", allow=rules) == Refusal("internal_name")


PIECES = """
    http:// https:// 127.0.0.1 0x7f ① localhost example.com [::1] @ : \\ / ? # %00 . 。 80 gov.cn :: user ⅷ
    - xn-- [ ] & = 中
"""


@given(
    st.lists(st.sampled_from([*PIECES.split(), "\t", "\u202e"]), max_size=9).map("".join)
    | st.text(max_size=40).map(lambda text: f"http://{text}")
)
def test_three_parsers_agree_on_what_is_asked(url: str) -> None:
    judged = judge_url(url)
    if isinstance(judged, Refusal):
        return
    assert judged.isascii()
    assert judged.isprintable()
    assert judge_url(judged) == judged
    parts = urlsplit(judged)
    assert parts.username is None
    assert parts.hostname == httpx.URL(judged).raw_host.decode().strip("[]") == URL(judged).raw_host
    assert (parts.port or {"http": 80, "https": 443}[parts.scheme]) == URL(judged).port
    host = parts.hostname or ""
    if (host[0].isdigit() and host.replace(".", "").isdigit()) or ":" in host:
        assert forbidden(host) is None
