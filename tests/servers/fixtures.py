"""Session fixtures for the servers of this folder, each skipping where its part is absent."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from providers.embedded.engine import MODELS, available
from providers.embedded.server import command
from tests.servers import litellm, messages
from tests.servers.process import announced

SLOTS = 4


@pytest.fixture(scope="session")
def llama_server() -> Iterator[Callable[[str], str]]:
    """Base URL of llama.cpp serving the embedded model of that name, started when asked for."""
    if reason := available():
        pytest.skip(reason)
    with ExitStack() as servers:

        @cache
        def start(model: str) -> str:
            line = servers.enter_context(announced(command(model, slots=SLOTS)))
            return str(line["listening"])

        yield start


@pytest.fixture(scope="session")
def messages_endpoint() -> Iterator[messages.Messages]:
    """Our own loopback Messages endpoint, with everything it has seen."""
    with messages.serving() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def litellm_proxy(
    llama_server: Callable[[str], str],
    messages_endpoint: messages.Messages,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[litellm.Proxy]:
    """A real LiteLLM proxy: routes `small` and `better` to real inference, `claude` to the
    Messages endpoint, `limited` to a 429."""
    proxy = litellm.find_litellm()
    if proxy is None:
        pytest.skip("no LiteLLM proxy: MAASBENCH_LITELLM=/path/to/litellm (.ci/run installs one)")
    with litellm.serving(
        proxy,
        tmp_path_factory.mktemp("litellm"),
        tiny={model: llama_server(model) for model in MODELS},
        messages=messages_endpoint.origin,
    ) as running:
        yield running
