"""A thin HTTP client."""

from dataclasses import dataclass
from typing import Any

@dataclass(frozen=True)
class Response:
    """What a server answered.

    Attributes:
        status_code: As 200.
        body: As it was received.
    """

    status_code: int
    body: bytes = b""

    def json(self) -> Any:
        """The body, read as JSON.

        Raises:
            ValueError: it is not JSON.
        """

    @property
    def ok(self) -> bool:
        """Whether the status code is less than 400."""

class HttpClient:
    """Requests to one server.

    Attributes:
        base_url: What every path is added to.
        timeout: In seconds, where a request says nothing else.
    """

    base_url: str
    timeout: float

    def __init__(self, base_url: str, *, timeout: float = 5.0) -> None: ...
    def get(self, path: str, *, timeout: float | None = None) -> Response:
        """Fetches a path.

        Raises:
            OSError: the server could not be reached in time.
        """

    def post(self, path: str, payload: dict[str, Any], *, timeout: float | None = None) -> Response:
        """Sends a payload as JSON.

        Raises:
            OSError: the server could not be reached in time.
        """
