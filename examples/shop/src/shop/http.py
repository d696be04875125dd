"""A thin HTTP client."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Response:
    """What a server answered."""

    status_code: int
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def ok(self) -> bool:
        return self.status_code < 400


class HttpClient:
    """Requests to one server."""

    def __init__(self, base_url: str, *, timeout: float = 5.0) -> None:
        self.base_url = base_url
        self.timeout = timeout

    def get(self, path: str, *, timeout: float | None = None) -> Response:
        return self._send("GET", path, None, timeout)

    def post(self, path: str, payload: dict[str, Any], *, timeout: float | None = None) -> Response:
        return self._send("POST", path, payload, timeout)

    def _send(self, method: str, path: str, payload: dict[str, Any] | None, timeout: float | None) -> Response:
        data = json.dumps(payload).encode() if payload is not None else None
        request = urllib.request.Request(self.base_url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=timeout or self.timeout) as answer:
            return Response(answer.status, answer.read())
