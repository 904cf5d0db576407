"""Addresses, names and ports as data: the IANA special-purpose registries, the clouds' metadata services, and ports."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

#: (network, why). IPv4 that is not public unicast.
IPV4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("168.63.129.16/32", "cloud wire server"),
        ("100.100.100.200/32", "cloud metadata"),
        ("169.254.169.254/32", "cloud metadata"),
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved or broadcast"),
    )
)

#: Public anycast services inside 192.0.0.0/24.
IPV4_KEPT: tuple[IPv4Network, ...] = (IPv4Network("192.0.0.9/32"), IPv4Network("192.0.0.10/32"))

#: (network, why). 64:ff9b::/96 is not judged here but by the IPv4 address in it.
IPV6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("fd00:ec2::254/128", "cloud metadata"),
        ("fd20:ce::254/128", "cloud metadata"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("64:ff9b::/32", "translation"),
        ("::/8", "reserved, compatible or translated"),
        ("100::/64", "discard"),
        ("100:0:0:1::/64", "dummy prefix"),
        ("2001::/23", "protocol assignments, Teredo"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)

#: RFC 6052: the last 32 bits are the IPv4 address that is reached.
NAT64 = IPv6Network("64:ff9b::/96")

#: Everything else is unassigned: nobody public answers there.
GLOBAL_UNICAST = IPv6Network("2000::/3")

#: Bytes 8 to 11 of an ISATAP address (RFC 5214); the next four are IPv4.
ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")

#: Names, and everything below them, that only ever lead inside: RFC 6761, RFC 6762, RFC 8375, ICANN's .internal,
#: and what clouds and container engines answer.
INTERNAL_NAMES: frozenset[str] = frozenset(
    {
        "localhost",
        "localdomain",
        "local",
        "internal",
        "intranet",
        "lan",
        "home.arpa",
        "in-addr.arpa",
        "ip6.arpa",
        "onion",
        "metadata.tencentyun.com",
        "metadata.azure.com",
        "instance-data.ec2.amazonaws.com",
    }
)

#: Web ports. Official sites use 8443 and 8080 too.
PORTS: frozenset[int] = frozenset({80, 443, 8080, 8443})
