"""What the routes work with: made once by whoever starts the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request

from services.api.cursor import Cursors
from services.api.rates import Rates
from services.api.webhooks.secrets import SecretBox
from services.domain.clock import Clock
from services.domain.trial import Trial
from services.egress.policy import Policy
from services.egress.registering import NameLookup, look_up_in_time
from services.health.checkup import Checkup
from services.storage.database import Database

#: Nobody, callers on this machine that come through no proxy, everybody.
Openness = Literal["never", "loopback", "always"]
#: Which receivers must answer a challenge before they are told anything: all, all but the operator's own, none.
Challenged = Literal["all", "public", "none"]
#: Subscriptions of one owner.
MOST_SUBSCRIPTIONS = 200
#: Looks at the column at an address.
Trying = Callable[[str], Awaitable[Trial]]


@dataclass(frozen=True, slots=True)
class Context:
    database: Database
    clock: Clock
    box: SecretBox
    cursors: Cursors
    #: What a subscription's address is judged by before it is stored.
    policy: Policy
    #: Public address of this service, without a slash at its end.
    address: str
    #: How often one caller may ask.
    rates: Rates
    #: How the service is.
    checkup: Checkup
    #: Who may read without a token.
    open_reads: Openness = "loopback"
    #: A first look at a column, made by the process that makes the visits.
    trials: Trying | None = None
    challenge: Challenged = "public"
    #: What a receiver's name is looked up with when it is registered.
    lookup: NameLookup = look_up_in_time
    most_subscriptions: int = MOST_SUBSCRIPTIONS


def _of(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(_of)]
