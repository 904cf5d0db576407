"""What schemathesis cannot guess: texts that only this service can have made, and addresses that may be asked."""

from __future__ import annotations

from datetime import UTC, datetime

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format("cursor", st.nothing())
schemathesis.openapi.format("etag", st.just("*"))
schemathesis.openapi.format("http-date", st.just("Sat, 01 Apr 2023 01:00:00 GMT"))
#: What the future knew cannot be asked.
PAST = st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
schemathesis.openapi.format("date-time", PAST.map(datetime.isoformat))
schemathesis.openapi.format("time-zone", st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]))
schemathesis.openapi.format("uri", st.from_regex(r"https://[a-z]{3,12}\.example\.org/[a-z]{1,12}", fullmatch=True))
