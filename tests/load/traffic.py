"""A small HTTP/1.1 load generator on raw connections: closed loop and open loop.

It runs in a process of its own and shares the machine with what it measures, so it does as
little as it can: request bytes are built beforehand, answers are read by their length only.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Build = Callable[[], bytes]


@dataclass
class Measured:
    """Latencies in seconds by completion, answers by status."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Successful answers a second."""
        good = sum(count for status, count in self.statuses.items() if 200 <= status < 300)
        return good / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        if not ordered:
            return float("nan")
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def summary(self) -> dict[str, Any]:
        return {
            "rate": round(self.rate, 1),
            "p50_ms": round(self.percentile(0.50), 2),
            "p99_ms": round(self.percentile(0.99), 2),
            "answers": dict(self.statuses),
        }


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def call(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; status and body of the answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = 0
        for line in head.split(b"\r\n")[1:]:
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        return status, await self._reader.readexactly(length) if length else b""

    def close(self) -> None:
        self._writer.close()


def request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def closed_loop(
    ports: Sequence[int], build: Build, *, clients: int, seconds: float
) -> Measured:
    """Each client sends its next request as soon as the last is answered. The clients are shared
    out over the ports."""
    measured = Measured()
    until = time.perf_counter() + seconds

    async def client(number: int) -> None:
        connection = await Connection.open(ports[number % len(ports)])
        while time.perf_counter() < until:
            started = time.perf_counter()
            status, _ = await connection.call(build())
            measured.latencies.append(time.perf_counter() - started)
            measured.statuses[status] += 1
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    measured.seconds = time.perf_counter() - started
    return measured


async def open_loop(ports: Sequence[int], build: Build, *, rate: float, seconds: float) -> Measured:
    """Requests arrive at a fixed rate whether or not answers come; latency counts from the
    moment of arrival, so that waiting is not hidden."""
    measured = Measured()
    free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    opened: list[Connection] = []

    async def serve(arrived: float) -> None:
        if free.empty() and len(opened) < 200:
            opened.append(await Connection.open(ports[len(opened) % len(ports)]))
            free.put_nowait(opened[-1])
        connection = await free.get()
        status, _ = await connection.call(build())
        measured.latencies.append(time.perf_counter() - arrived)
        measured.statuses[status] += 1
        free.put_nowait(connection)

    started = time.perf_counter()
    running = []
    for due in _arrivals(rate, seconds):
        delay = started + due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        running.append(asyncio.create_task(serve(started + due)))
    await asyncio.gather(*running)
    measured.seconds = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return measured


def _arrivals(rate: float, seconds: float) -> Iterator[float]:
    for number in range(int(rate * seconds)):
        yield number / rate
