"""The receipt of a run, kept in the store: now and then while it goes, so that a killed run leaves one as well."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from crawlers.engine.fetch import Fetch
from crawlers.engine.receipt import FetchReport
from crawlers.engine.store import RawStore
from crawlers.engine.wanted import utc_now

NOTE_EVERY_S = 60.0


class ReceiptBook:
    """Keeps the receipt of one run; each note takes the place of the one before."""

    def __init__(self, store: RawStore, command: str, what: str) -> None:
        self._store, self._command, self._started = store, command, utc_now()
        self._run = f"{self._started} {command} {what}"

    @asynccontextmanager
    async def over(self, fetch: Fetch, before: FetchReport) -> AsyncIterator[None]:
        """Note what was asked ``before`` and is asked by ``fetch`` until the end of the block."""
        self._put(before, ended="")
        noting = asyncio.create_task(self._note(fetch, before))
        try:
            yield
        finally:
            noting.cancel()
            await asyncio.gather(noting, return_exceptions=True)

    async def _note(self, fetch: Fetch, before: FetchReport) -> None:
        while True:
            await asyncio.sleep(NOTE_EVERY_S)
            self._put(before + fetch.report, ended="")

    def end(self, report: FetchReport, parts: Mapping[str, Any], *, stopped: bool) -> None:
        """Note how the run ended, with further ``parts`` (JSON)."""
        self._put(report, ended=utc_now(), stopped=stopped, parts=parts)

    def _put(
        self,
        report: FetchReport,
        *,
        ended: str,
        stopped: bool = False,
        parts: Mapping[str, Any] | None = None,
    ) -> None:
        """Store it; ``ended`` is empty while the run goes on, and stays so where it is killed."""
        told: dict[str, Any] = {
            "command": self._command,
            "started": self._started,
            "ended": ended,
            "stopped": stopped,
            "hosts": report.to_json(),
            **(parts or {}),
        }
        self._store.put_receipt(self._run, told)
