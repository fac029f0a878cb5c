"""llama.cpp's HTTP server inside this process, out of the xllamacpp wheel.

Not for the process that measures: its worker threads would share the client's cores and
its interpreter. `providers.embedded.server` puts it into a child process.
"""

import http.client
import importlib.util
import platform
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from providers.errors import ConfigurationError

MODELS = ("small", "better")
CONTEXT_TOKENS_PER_SLOT = 4096
READY_WITHIN_S = 60.0

# llama.cpp's scale: errors, and nothing of its chatter.
_ERRORS_ONLY = 1
# Where the pinned wheel exists.
_WHEELS = {"Linux": ("x86_64", "aarch64"), "Darwin": ("arm64",), "Windows": ("AMD64",)}


def available() -> str | None:
    """None when embedded models can be served here, else one line with the reason and remedy."""
    if importlib.util.find_spec("xllamacpp") is not None:
        return None
    if _has_wheel(platform.system(), platform.machine(), platform.libc_ver()[0]):
        return "embedded models need llama.cpp's server: pip install 'maasbench[local]'"
    return (
        f"embedded models need the xllamacpp wheel, and there is none for {platform.system()} "
        f"{platform.machine()}: run against a simulated offer instead (maasbench simulate)"
    )


def model_path(model: str) -> Path:
    """The file of an embedded model; ConfigurationError for a name that is none."""
    if model not in MODELS:
        known = " and ".join(MODELS)
        raise ConfigurationError(f"no embedded model {model!r}: there are {known}")
    return Path(__file__).parent / "models" / f"{model}-q8_0.gguf"


@contextmanager
def llama_server(model: str, *, port: int, slots: int, threads: int) -> Iterator[str]:
    """Serve a model on 127.0.0.1 until the block ends; its base URL once it answers.

    Port 0 takes a free one. `slots` requests are decoded at a time, each with a context of
    its own of `CONTEXT_TOKENS_PER_SLOT`. Speaks `/v1/chat/completions`, `/v1/messages`,
    `/metrics`, `/slots`; reasoning is off unless a request turns it on.
    """
    path = model_path(model)
    if reason := available():
        raise ConfigurationError(reason)
    _require_free(port)
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(path)
    settings.model_alias = {model}
    settings.hostnames = ["127.0.0.1"]
    settings.port = port
    settings.n_parallel = slots
    settings.n_ctx = CONTEXT_TOKENS_PER_SLOT * slots
    settings.cpuparams.n_threads = threads
    settings.cpuparams_batch.n_threads = threads
    settings.endpoint_metrics = True
    settings.endpoint_slots = True
    settings.use_jinja = True
    settings.enable_reasoning = 0
    settings.ui = False
    settings.offline = True
    settings.verbosity = _ERRORS_ONLY
    try:
        server = xllamacpp.Server(settings)
    except RuntimeError as error:
        message = "llama.cpp's server did not start: its reason stands in the line above"
        raise ConfigurationError(message) from error
    address: str = server.listening_address
    _wait_until_healthy(address.removeprefix("http://"))
    yield f"{address}/v1"


def _has_wheel(system: str, machine: str, libc: str) -> bool:
    return machine in _WHEELS.get(system, ()) and (system != "Linux" or libc == "glibc")


def _require_free(port: int) -> None:
    """Told here, a taken port is one line; llama.cpp makes several of it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on port {port} ({error.strerror}): "
                "choose another, or 0 for a free one"
            ) from error


def _wait_until_healthy(authority: str) -> None:
    """Return once `/health` answers 200. http.client: a proxy variable must not reroute it."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(authority, timeout=READY_WITHIN_S)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.02)
    raise ConfigurationError(f"llama.cpp's server did not answer within {READY_WITHIN_S:.0f} s")
