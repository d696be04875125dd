"""Which fixtures well-known plugins of pytest define: what one that is not installed cannot have defined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_NONE: Final = frozenset[str]()
_FIXTURES: Final = {
    **dict.fromkeys(
        (
            "pytest-black", "pytest-checkdocs", "pytest-clarity", "pytest-cover", "pytest-dotenv", "pytest-enabler", "pytest-env",
            "pytest-flake8", "pytest-forked", "pytest-github-actions-annotate-failures", "pytest-icdiff", "pytest-instafail",
            "pytest-isort", "pytest-memray", "pytest-mypy", "pytest-mypy-plugins", "pytest-order", "pytest-ordering", "pytest-picked",
            "pytest-pretty", "pytest-profiling", "pytest-pycodestyle", "pytest-pylint", "pytest-random-order", "pytest-randomly",
            "pytest-reportlog", "pytest-rerunfailures", "pytest-retry", "pytest-ruff", "pytest-split", "pytest-sugar",
            "pytest-testmon", "pytest-timeout", "pytest-watch",
        ),
        _NONE,
    ),
    "pytest-benchmark": frozenset({"benchmark", "benchmark_weave"}),
    "pytest-codspeed": frozenset({"benchmark", "codspeed_benchmark"}),
    "pytest-cov": frozenset({"cov", "no_cover"}),
    "pytest-freezegun": frozenset({"freezer"}),
    "pytest-freezer": frozenset({"freezer"}),
    "pytest-html": frozenset({"extra", "extras"}),
    "pytest-mock": frozenset({"mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"}),
    "pytest-socket": frozenset({"socket_disabled", "socket_enabled"}),
    "pytest-subtests": frozenset({"subtests"}),
    "pytest-xdist": frozenset({"testrun_uid", "worker_id"}),
}  # fmt: skip
"""By the name of the distribution."""
_BESIDES: Final = {
    "anyio": frozenset({"anyio_backend", "anyio_backend_name", "anyio_backend_options", "free_tcp_port", "free_udp_port"}),
    "faker": frozenset({"faker"}),
    "inline-snapshot": frozenset({"snapshot"}),
    "logfire": frozenset({"capfire", "logfire_pytest", "logfire_instance"}),
    "pyfakefs": frozenset({"fs", "fs_class", "fs_module", "fs_session"}),
    "requests-mock": frozenset({"requests_mock"}),
    "respx": frozenset({"respx_mock"}),
    "syrupy": frozenset({"snapshot"}),
    "time-machine": frozenset({"time_machine"}),
}  # fmt: skip
"""Of distributions that are plugins besides what they are for."""


def may_define(plugins: Iterable[str], fixture: str) -> bool:
    """Whether one of some plugins defines a fixture of that name, for all that is known of it."""
    return any(plugin not in _FIXTURES or fixture in _FIXTURES[plugin] for plugin in plugins)


def defines_besides(distributions: Iterable[str], fixture: str) -> bool:
    """Whether one of some distributions, which need be no plugins, is known to define a fixture of that name."""
    return any(fixture in _BESIDES.get(name, _NONE) for name in distributions)
