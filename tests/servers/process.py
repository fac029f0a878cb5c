"""A server as a child process that says when it listens, and is surely gone afterwards."""

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def announced(command: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Run a child that prints one JSON line once it listens and ends with its input."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield dict(json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
            _end(process)


@contextmanager
def answering(
    command: Sequence[str],
    *,
    port: int,
    path: str,
    log: Path,
    env: Mapping[str, str],
    within_s: float,
) -> Iterator[None]:
    """Run a server of somebody else's until `path` on its port answers 200.

    RuntimeError with the end of its log when it leaves or stays silent.
    """
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=dict(env)) as process,
    ):
        try:
            deadline = time.monotonic() + within_s
            while not _answers(port, path):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]}: {log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            _end(process)


def free_port() -> int:
    """A port that was free a moment ago, for servers that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
