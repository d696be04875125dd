"""The published schemas that no package carries: where each of them is, and how to get it.

    python tests/schemas/published.py [FOLDER]

downloads them into FOLDER (by default ``fetched`` beside this file, which git ignores); the tests validate against what is there. With
``LLMLINT_SCHEMAS=FOLDER`` they look there instead. A file that is not, byte for byte, what is pinned here is refused.
"""

from __future__ import annotations

import hashlib
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 30
"""How long a download may keep silent."""


@dataclass(frozen=True, slots=True)
class Published:
    """One schema, as its makers have published it."""

    name: str
    """Of the file, here."""
    title: str
    address: str
    """At one commit."""
    sha256: str


SCHEMAS = (
    Published(
        "rdjson.json",
        "reviewdog's Reviewdog Diagnostic Format",
        "https://raw.githubusercontent.com/reviewdog/reviewdog/6c307503194f0f32bf1956c7fcd2877636338db6/proto/rdf/jsonschema/DiagnosticResult.json",
        "89b09042bc3f833f76c502ab793ee4fceba4bb75919498563b17f2be68569970",
    ),
    Published(
        "gitlab.json",
        "an entry of a Code Quality report, as GitLab's parser asks for it",
        "https://raw.githubusercontent.com/gitlabhq/gitlabhq/f986ce9ffa56e25d0a3010c78d9481664742d766/app/validators/json_schemas/codeclimate.json",
        "66b43685a7569ad97e773a552f0d9d98e35b45c03fbe31b6a478c1af8d737a92",
    ),
)


class NotPublished(Exception):
    """A schema that cannot be had, or another one than is pinned; the message says which and why."""


def default_folder() -> Path:
    """Where the tests look."""
    return Path(os.environ.get("LLMLINT_SCHEMAS") or Path(__file__).parent / "fetched")


def path_of(schema: Published, folder: Path) -> Path | None:
    """The schema's file; None where nobody has fetched it.

    Raises:
        NotPublished: what is there is something else.
    """
    path = folder / schema.name
    if not path.is_file():
        return None
    _check(schema, path.read_bytes(), str(path))
    return path


def fetch(schema: Published, folder: Path) -> Path:
    """Downloads a schema, if it is not there, and gives its file.

    Raises:
        NotPublished: it cannot be downloaded, or is not what is pinned; nothing is written then.
    """
    path = folder / schema.name
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == schema.sha256:
        return path
    try:
        with urllib.request.urlopen(schema.address, timeout=_SECONDS) as answer:
            data: bytes = answer.read()
    except (OSError, urllib.error.URLError) as error:
        raise NotPublished(f"{schema.address}: {error}") from None
    _check(schema, data, schema.address)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _check(schema: Published, data: bytes, place: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != schema.sha256:
        raise NotPublished(f"{place}: not the pinned schema: its sha256 is {found}, not {schema.sha256}")


def main(arguments: list[str]) -> int:
    """Downloads all of them; 1 if one cannot be had."""
    folder = Path(arguments[0]) if arguments else default_folder()
    code = 0
    for schema in SCHEMAS:
        try:
            print(f"{fetch(schema, folder)}: {schema.title}")
        except NotPublished as error:
            print(error, file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
