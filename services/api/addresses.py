"""Addresses that callers give us to ask: judged before they are stored, and again whenever they are used."""

from __future__ import annotations

from services.api.context import Context
from services.domain.errors import InputError
from services.egress.answer import Refusal
from services.egress.registering import Registered, judge_column, judge_receiver


class BadAddress(InputError):
    """HTTP 422 with the refusal's own code; never says what is inside our network."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"this address cannot be asked ({refusal.code}); give a public http or https address")
        self.code = refusal.code


def receiver(context: Context, url: str) -> Registered:
    """Where somebody wants to be told. Raises BadAddress."""
    return _accepted(judge_receiver(url, context.policy, context.lookup))


def column(context: Context, url: str) -> str:
    """The canonical form of the address of a column. Raises BadAddress."""
    return _accepted(judge_column(url, context.policy, context.lookup)).url


def _accepted(judged: Registered | Refusal) -> Registered:
    if isinstance(judged, Refusal):
        raise BadAddress(judged)
    return judged
