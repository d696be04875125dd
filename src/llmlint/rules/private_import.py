"""Importing what is private or internal."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import twin
from llmlint.semantics.nouns import ImportUse, Outcome


def check(use: ImportUse) -> Iterator[Finding]:
    if use.outcome is Outcome.MISSING:
        return
    dotted = f"{use.module}.{use.name}" if use.name else use.module
    whole = use.name is None or use.node is use.statement.names[0]
    if use.private_part is None:
        if use.internal:
            yield Finding(
                at=use.node if use.name else use.statement,
                message=f"the test imports '{dotted}', which the settings call internal (internal-modules)",
                symbol=dotted,
            )
    elif use.private_part == use.name and use.name not in use.module.split("."):
        yield Finding(
            at=use.node,
            message=f"the test imports '{use.name}', which is private to '{use.module}'",
            symbol=dotted,
            suggestion=twin(use.name, use.owner.names()) if use.owner else None,
        )
    elif whole:  # the module is what is private: once a statement
        yield Finding(
            at=use.statement,
            message=f"the test imports from the private module '{use.module}'",
            symbol=use.module,
        )
