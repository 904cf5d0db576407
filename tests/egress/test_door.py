"""The door among friendly peers: what it sends, where it connects, whom it trusts."""

from __future__ import annotations

import asyncio
import gc
import ssl
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from evil import PAGE, evil_server
from network import forbidden as refused_by_the_suite
from structlog.testing import capture_logs

from services.domain.errors import ConfigError
from services.egress.door import Answer, Door, Failure
from services.egress.network import Lookup

AGENT = "Dafu/0.1 (+mailto:desk@example.org)"
LOOPBACK = ("127.0.0.1/32:*",)

pytestmark = pytest.mark.anyio

#: (host, port) of every connection attempt in this process.
connects: list[tuple[str, int]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        connects.append((str(arguments[1][0]), int(arguments[1][1])))


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    connects.clear()
    refused_by_the_suite.clear()
    yield
    assert not refused_by_the_suite


def resolves(answers: dict[str, Sequence[str]]) -> tuple[list[str], Lookup]:
    asked: list[str] = []

    async def lookup(host: str) -> Sequence[str]:
        asked.append(host)
        return answers[host]

    return asked, lookup


def answers_in_memory() -> int:
    gc.collect()
    return sum(isinstance(thing, aiohttp.ClientResponse) for thing in gc.get_objects())


async def test_what_is_sent() -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        answer = await door.get(server.url("/good"), headers={"If-None-Match": '"a"'})
        await door.post(server.url("/good"), body="答复".encode(), headers={"Content-Type": "application/json"})
        await door.aclose()
    assert isinstance(answer, Answer)
    assert answer.headers["x-twice"] == "1, 2"
    assert answer.headers["etag"] == '"a"'
    get, post = (head.decode().lower() for head in server.requests)
    assert get.startswith("get /good http/1.1\r\n")
    assert f"user-agent: {AGENT.lower()}\r\n" in get
    assert "accept-encoding: gzip, identity\r\n" in get
    assert 'if-none-match: "a"\r\n' in get
    assert f"host: 127.0.0.1:{server.port}\r\n" in get
    assert "accept-encoding: identity\r\n" in post
    assert "content-length: 6\r\n" in post
    assert "transfer-encoding" not in post
    assert server.bodies[1] == "答复".encode()


async def test_connections_are_kept_and_cookies_are_not() -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        for path in ("/cookie", "/good", "/cookie"):
            assert isinstance(await door.get(server.url(path)), Answer)
        await door.aclose()
    assert server.connections == 1
    assert not any(b"cookie:" in head.lower() for head in server.requests)


async def test_a_connection_that_is_kept_keeps_nothing_of_what_went_over_it() -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        before = answers_in_memory()
        for _ in range(30):
            assert isinstance(await door.get(server.url("/good")), Answer)
        kept = answers_in_memory() - before
        await door.aclose()
    assert server.connections == 1
    assert kept <= 2


async def test_redirects_are_answers() -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        answer = await door.get(server.url("/elsewhere"))
        await door.aclose()
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:1/")
    assert len(server.requests) == 1


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        assert isinstance(await door.get(server.url("/good")), Answer)
        await door.aclose()
    assert {port for _, port in connects} == {server.port}


LITERALS = """
    http://127.0.0.1:8080/ http://2130706433/ http://[::1]/ http://[::ffff:127.0.0.1]/ http://localhost/
    http://169.254.169.254/ http://10.0.0.1/ http://metadata.google.internal/
"""


@pytest.mark.parametrize("url", LITERALS.split())
async def test_literals_of_the_table_are_not_connected_to(url: str) -> None:
    door = Door(user_agent=AGENT)
    outcome = await door.get(url)
    posted = await door.post(url, body=b"", headers={})
    await door.aclose()
    assert outcome == posted
    assert isinstance(outcome, Failure)
    assert outcome.reason == "forbidden_address"
    assert connects == []


PUBLIC = tuple(f"1.1.1.{n}" for n in range(100))


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("1.1.1.1", "10.0.0.1"), ("2606:4700::1111", "::1"), (*PUBLIC, "192.168.1.1"), ("x",)],
)
async def test_one_bad_answer_refuses_the_name(addresses: tuple[str, ...]) -> None:
    asked, lookup = resolves({"page.example.cn": addresses})
    door = Door(user_agent=AGENT, lookup=lookup)
    outcome = await door.get("http://page.example.cn/")
    await door.aclose()
    assert isinstance(outcome, Failure)
    assert outcome.reason == "forbidden_address"
    assert asked == ["page.example.cn"]
    assert connects == []


async def test_the_judged_answer_is_the_one_connected_to() -> None:
    turns = iter([("127.0.0.1",), ("127.0.0.2",)])
    asked: list[str] = []

    async def lookup(host: str) -> Sequence[str]:
        asked.append(host)
        return next(turns)

    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK, lookup=lookup)
        first = await door.get(f"http://page.example.cn:{server.port}/until-close")
        second = await door.get(f"http://page.example.cn:{server.port}/until-close")
        await door.aclose()
    assert isinstance(first, Answer)
    assert isinstance(second, Failure)
    assert second.reason == "forbidden_address"
    assert len(asked) == 2, "one lookup for each attempt"
    assert connects == [("127.0.0.1", server.port)]
    assert b"host: page.example.cn" in server.requests[0].lower()


async def test_a_name_without_an_address_is_a_clean_failure() -> None:
    async def missing(host: str) -> Sequence[str]:
        raise OSError("NXDOMAIN")

    async def nothing(host: str) -> Sequence[str]:
        return []

    async def never(host: str) -> Sequence[str]:
        await asyncio.sleep(3600)
        return []

    for lookup, reason in ((missing, "dns"), (nothing, "dns"), (never, "timeout")):
        door = Door(user_agent=AGENT, lookup=lookup)
        outcome = await door.get("http://page.example.cn/", deadline=0.2)
        await door.aclose()
        assert isinstance(outcome, Failure)
        assert outcome.reason == reason


async def test_an_allowed_address_opens_no_port_elsewhere_and_own_listeners_stay_closed() -> None:
    _, lookup = resolves({"page.example.cn": ("1.1.1.1",)})
    door = Door(user_agent=AGENT, allow=("127.0.0.1/32:*",), own=("1.1.1.1/32:8080",), lookup=lookup)
    odd = await door.get("http://page.example.cn:22/")
    own = await door.get("http://page.example.cn:8080/")
    await door.aclose()
    assert isinstance(odd, Failure)
    assert isinstance(own, Failure)
    assert (odd.reason, own.reason) == ("forbidden_address", "forbidden_address")
    assert connects == []


async def test_nobody_listens() -> None:
    async with evil_server() as server:
        pass
    door = Door(user_agent=AGENT, allow=LOOPBACK)
    outcome = await door.get(server.url("/good"))
    await door.aclose()
    assert isinstance(outcome, Failure)
    assert outcome.reason == "refused"


async def test_opening_addresses_is_warned_about_and_wrong_rules_are_refused() -> None:
    with capture_logs() as logged:
        await Door(user_agent=AGENT, allow=LOOPBACK).aclose()
    assert [(line["event"], line["addresses"]) for line in logged] == [("egress.opened", ["127.0.0.1/32:*"])]
    for rule in ("127.0.0.1", "127.0.0.1/32", "localhost:80", "127.0.0.1/32:0", "127.0.0.1/32:http", "127.0.0.1/8:80"):
        with pytest.raises(ConfigError, match="egress rule"):
            Door(user_agent=AGENT, allow=(rule,))
    with pytest.raises(ConfigError, match="User-Agent"):
        Door(user_agent="答复")


async def test_a_transport_stands_in_for_the_network() -> None:
    def answering(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=str(request.url))

    door = Door(user_agent=AGENT, transport=httpx.MockTransport(answering))
    named = await door.get("http://Page.example.gov.cn/a b")
    literal = await door.get("http://127.0.0.1/")
    await door.aclose()
    assert isinstance(named, Answer)
    assert named.body == b"http://page.example.gov.cn/a%20b"
    assert isinstance(literal, Failure)
    assert literal.reason == "forbidden_address"


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (httpx.ReadTimeout(""), "timeout"),
        (httpx.ConnectTimeout(""), "timeout"),
        (httpx.ReadError(""), "reset"),
        (httpx.ConnectError(""), "refused"),
        (httpx.RemoteProtocolError(""), "incomplete"),
    ],
    ids=repr,
)
async def test_faults_of_a_transport_are_named_like_those_of_the_network(raised: Exception, reason: str) -> None:
    def answering(request: httpx.Request) -> httpx.Response:
        raise raised

    door = Door(user_agent=AGENT, transport=httpx.MockTransport(answering))
    outcome = await door.get("http://page.example.gov.cn/")
    assert isinstance(outcome, Failure)
    assert outcome.reason == reason
    await door.aclose()


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.certificate = self._sign("test authority", self.key.public_key(), authority=True, days=1)

    def _sign(self, name: str, key: ec.EllipticCurvePublicKey, *, authority: bool, days: int) -> x509.Certificate:
        now = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=3))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def server(self, name: str, days: int = 1) -> tuple[ssl.SSLContext, list[str | None]]:
        """A server's context for `name`, and the names clients asked it for (SNI)."""
        key = ec.generate_private_key(ec.SECP256R1())
        chain = self.folder / f"{name}{days}.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signed = self._sign(name, key.public_key(), authority=False, days=days)
        chain.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        asked: list[str | None] = []
        context.sni_callback = lambda _, sni, __: asked.append(sni)
        return context, asked

    def client(self) -> ssl.SSLContext:
        authority = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=authority)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def test_the_certificate_is_checked_against_the_name_while_the_address_is_pinned(authority: Authority) -> None:
    _, lookup = resolves({"page.example.cn": ("127.0.0.1",)})
    context, asked = authority.server("page.example.cn")
    async with evil_server(context) as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK, lookup=lookup, tls=authority.client())
        answer = await door.get(f"https://page.example.cn:{server.port}/good")
        await door.aclose()
    assert isinstance(answer, Answer)
    assert answer.body == PAGE
    assert asked == ["page.example.cn"]
    assert connects == [("127.0.0.1", server.port)]


@pytest.mark.parametrize(
    ("name", "days", "trusted"), [("other.cn", 1, True), ("page.cn", -1, True), ("page.cn", 1, False)]
)
async def test_wrong_names_expired_and_unknown_certificates(
    authority: Authority, name: str, days: int, trusted: bool
) -> None:
    _, lookup = resolves({"page.cn": ("127.0.0.1",)})
    context, _ = authority.server(name, days)
    client = authority.client() if trusted else None
    async with evil_server(context) as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK, lookup=lookup, tls=client)
        outcome = await door.get(f"https://page.cn:{server.port}/good")
        plain = await door.get(f"http://page.cn:{server.port}/good", deadline=1)
        await door.aclose()
    assert isinstance(outcome, Failure)
    assert outcome.reason == "tls_error"
    assert isinstance(plain, Failure)
    assert server.requests == []


@pytest.mark.parametrize(
    ("version", "spoken"), [("TLSv1", False), ("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)]
)
async def test_old_tls_is_not_spoken(authority: Authority, version: str, spoken: bool) -> None:
    """A server that hangs up on our offer instead of saying why is a `reset`."""
    _, lookup = resolves({"page.cn": ("127.0.0.1",)})
    context, _ = authority.server("page.cn")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with evil_server(context) as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK, lookup=lookup, tls=authority.client())
        outcome = await door.get(f"https://page.cn:{server.port}/good", deadline=3)
        await door.aclose()
    assert isinstance(outcome, Answer) == spoken
    assert isinstance(outcome, Answer) or outcome.reason in {"tls_error", "reset"}
    assert len(server.requests) == int(spoken)
