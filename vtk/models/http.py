"""A server spoken to over HTTP: many requests at once, repeated where that helps, given up at once.

A server that goes away in the middle of a run is waited for, so that a restart of it loses nothing.

Requests run in an event loop in a thread of its own. Only there can a request that waits for its
reply be cancelled; a thread that waits in `recv` would hold an interrupted run until the timeout.
"""

import asyncio
import logging
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from vtk.errors import GoneError, MissingError, ModelError, UsageError
from vtk.models.endpoint import base_url
from vtk.models.http_client import open_client, sound_key, why_unreached

T = TypeVar("T")
Item = TypeVar("Item")

PASSING = frozenset({429, 500, 502, 503, 504})  # statuses that may be over at the next try
LOADING = 503  # what a server answers that does not serve yet
BACKOFF = 0.5  # seconds before the second try, doubled before every further one
LONGEST = 60.0  # seconds before a try at most, whatever the server asks for
RARELY = 5.0  # seconds between looks for a server that is away
TIMED_OUT = 1  # repeats of a request that took too long
NOTICED = 5.0  # seconds of waiting that a person is told of

log = logging.getLogger("vtk")


@dataclass(frozen=True)
class Reply:
    """What came back: the HTTP status and the bytes."""

    status: int
    content: bytes


class _TroubleError(Exception):
    """A try that failed and may be repeated, after `wait` seconds where the server says so.

    `away` where the server is not there at present, `most` repeats at most.
    """

    def __init__(
        self,
        text: str,
        wait: float | None = None,
        reply: Reply | None = None,
        *,
        away: bool = False,
        most: int | None = None,
    ) -> None:
        super().__init__(text)
        self.wait = wait
        self.reply = reply
        self.away = away
        self.most = most


class HttpService:
    """A server below one base URL.

    At most `jobs` requests are in flight; each try may take `timeout` seconds, and a failure that
    may be temporary is tried again up to `retries` times, for `patience` seconds at most. A server
    that was there and is not, or that answers 503, has `patience` seconds to come back. `final`
    tells of a reply that it would be the same at the next try, whatever its status. Bodies are of
    `content_type`; messages name `option` as that which the address came by.
    Raises UsageError for an endpoint or a key that cannot be one, MissingError without httpx2.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        key: str | None,
        jobs: int,
        timeout: float,
        retries: int,
        patience: float,
        final: Callable[[Reply], bool],
        content_type: str = "application/json",
        option: str = "--endpoint",
    ) -> None:
        if jobs < 1 or timeout <= 0 or retries < 0 or patience < 0:
            raise UsageError("jobs must be 1 or more, the timeout above 0, retries 0 or more")
        self.jobs, self.timeout, self.retries, self.patience = jobs, timeout, retries, patience
        self._away: float | None = None  # since when the server is away
        self._told = False  # whether a person knows that it is
        self._final = final
        self._key = sound_key(key)
        self._reached = False
        self._url = url = base_url(endpoint, option)
        self.option = option
        self.root = url._replace(path=re.sub(r"/v1$", "", url.path)).geturl()
        self.place = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
        self._client = open_client(url, self._key, jobs, content_type)
        self._slots = asyncio.Semaphore(jobs)
        self._asking: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def map(
        self, items: Iterable[Item], work: Callable[[Item], Coroutine[Any, Any, T]]
    ) -> Generator[T | ModelError, None, None]:
        """What `work` makes of each item, in order, or its ModelError.

        Holds `jobs` items at most. What else `work` raises ends the run.
        """
        flights: deque[Future[T]] = deque()
        try:
            for item in items:
                flights.append(asyncio.run_coroutine_threadsafe(work(item), self._loop))
                while flights and (len(flights) >= self.jobs or flights[0].done()):
                    yield _landed(flights)
            while flights:
                yield _landed(flights)
        finally:
            for flight in flights:
                flight.cancel()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of one piece of work."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def fetch(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        retries: int | None = None,
        content_type: str | None = None,
    ) -> Reply:
        """The reply to a request, whatever its status once tries are used up.

        `path` is below the base URL, or a whole URL; `retries` and `content_type` replace those of
        the service. Raises ModelError where no reply came, MissingError where the server was never
        there, GoneError where it has used up the time to come back.
        """
        task = asyncio.current_task()
        assert task
        self._asking.add(task)
        left = self.retries if retries is None else retries
        tried = looked = 0
        failing: float | None = None  # since when
        try:
            while True:
                try:
                    return await self._once(method, path, body, content_type)
                except _TroubleError as trouble:
                    if trouble.away and self._may_return():
                        await self._wait_for_return(looked, trouble)
                        looked += 1
                        continue
                    if trouble.away:
                        raise self._gone(trouble) from None
                    now = time.monotonic()
                    failing = failing or now
                    wait = _wait(tried, trouble, LONGEST)
                    late = now + wait - failing > self.patience
                    if late or tried >= min(left, trouble.most or left):
                        if trouble.reply:
                            return trouble.reply
                        raise ModelError(f"{self.place} {trouble}") from None
                    if wait >= NOTICED:
                        log.warning("%s %s; trying again in %.0f s", self.place, trouble, wait)
                    await asyncio.sleep(wait)
                    tried += 1
        finally:
            self._asking.discard(task)

    def _may_return(self) -> bool:
        """Whether a server that is away still has time to come back."""
        now = time.monotonic()
        self._away = self._away or now
        return now - self._away < self.patience

    def _gone(self, trouble: _TroubleError) -> GoneError:
        """The error of a server that does not come back."""
        return GoneError(
            f"{self.place} {trouble}, and nothing changed in {self.patience:g} s: start it again "
            "(captions made with -o FILE --resume go on where they ended)"
        )

    async def _wait_for_return(self, looked: int, trouble: _TroubleError) -> None:
        """Wait for the next look for a server that is away, until its time is over at most."""
        gone = time.monotonic() - (self._away or 0)
        left = max(self.patience - gone, 0)
        wait = min(_wait(looked, trouble, RARELY), left)
        if gone + wait >= NOTICED and not self._told:
            self._told = True
            log.warning("%s %s; waiting %.0f s more for it", self.place, trouble, left)
        await asyncio.sleep(wait)

    async def _once(
        self, method: str, path: str, body: bytes | None, content_type: str | None
    ) -> Reply:
        """One try. Raises _TroubleError where another may do better."""
        import httpx2

        try:
            async with self._slots, asyncio.timeout(self.timeout):
                kind = {"Content-Type": content_type} if content_type else None
                got = await self._client.request(method, path, content=body, headers=kind)
        except TimeoutError:
            late = f"gave no reply within {self.timeout:g} s"
            raise _TroubleError(late, most=TIMED_OUT) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            reason = why_unreached(self._url, shorten(str(error)))
            if not self._reached:
                raise MissingError(
                    f"cannot reach a server at {self.place} ({reason}): "
                    f"start it, or give the address of one with {self.option}"
                ) from None
            raise _TroubleError(f"cannot be reached any more ({reason})", away=True) from None
        except httpx2.RequestError as error:
            reason = shorten(str(error)) or type(error).__name__
            raise _TroubleError(f"broke off the connection ({reason})") from None
        self._reached = True
        reply = Reply(got.status_code, got.content)
        if not (loading := reply.status == LOADING):
            self._away, self._told = None, False
        if reply.status in PASSING and not self._final(reply):
            wait = retry_after(got.headers.get("Retry-After", ""))
            raise _TroubleError(f"answered {reply.status}", wait, reply, away=loading)
        return reply

    def redacted(self, text: str) -> str:
        """What the server says, fit for a message: short, and without the key."""
        return shorten(text.replace(self._key, "…") if self._key else text)

    @property
    def reached(self) -> bool:
        """Whether the server has ever answered."""
        return self._reached

    @property
    def has_key(self) -> bool:
        """Whether requests carry a key."""
        return self._key is not None

    def close(self) -> None:
        """Give up what is in flight and end the thread."""
        if self._loop.is_closed():
            return
        self.wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        tasks = list(self._asking)  # not those that they have started, which they end themselves
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()


def _landed(flights: deque[Future[Any]]) -> Any:
    """Take what has become of the first flight, waiting for it; it stays there meanwhile."""
    try:
        return flights[0].result()
    except ModelError as error:
        return error
    finally:
        if flights[0].done():
            flights.popleft()


def _wait(tried: int, trouble: _TroubleError, longest: float) -> float:
    """Seconds before the next try: as the server says, else more and more."""
    if trouble.wait is not None:
        return trouble.wait
    wait: float = min(BACKOFF * 2 ** min(tried, 20), longest)
    return wait * random.uniform(0.5, 1)  # requests that were refused together come back apart


def retry_after(value: str) -> float | None:
    """Seconds to wait, from a number of seconds or an HTTP date; None where it says neither."""
    if re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", value):
        seconds = float(value)
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST)


def shorten(text: str, limit: int = 200) -> str:
    """Foreign text on one line: no control characters, at most `limit` characters."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
