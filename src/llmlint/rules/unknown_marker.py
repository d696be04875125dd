"""A marker that nothing knows."""

from collections.abc import Iterator

from llmlint.fixing.names import rename_to
from llmlint.model.diagnostic import Finding
from llmlint.semantics.markers import unknown_markers
from llmlint.semantics.nearest import nearest
from llmlint.semantics.proof.tests import TestModule


def check(module: TestModule) -> Iterator[Finding]:
    for node, name, known in unknown_markers(module):
        near = nearest(name, known)
        yield Finding(
            at=node,
            message=f"no marker '{name}' is registered, neither in pytest's settings nor by a conftest or a plugin",
            symbol=f"pytest.mark.{name}",
            suggestion=near,
            # What a marker does (skip, deselect) begins with its real name.
            remedy=rename_to(near, node, name, safe=False),
        )
