"""Addresses that callers give us to ask: judged before they are stored, and again whenever they are used."""

from __future__ import annotations

from services.api.context import Context
from services.domain.errors import InputError
from services.egress.addresses import judge_url
from services.egress.answer import Refusal


class BadAddress(InputError):
    """HTTP 422 with the refusal's own code; never says what is inside our network."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"this address cannot be asked ({refusal.code}); give a public http or https address")
        self.code = refusal.code


def judged(context: Context, url: str) -> str:
    """The canonical form of `url`. Raises BadAddress."""
    found = judge_url(url, ports=context.policy.ports, allow=context.policy.allow)
    if isinstance(found, Refusal):
        raise BadAddress(found)
    return found
