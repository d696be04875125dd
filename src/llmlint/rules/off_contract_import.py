"""Importing what the contract does not publish."""

from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import ImportUse, Outcome


def check(use: ImportUse) -> Iterator[Finding]:
    if use.outcome is not Outcome.OFF_CONTRACT or use.private_part is not None or use.internal:
        return
    if use.name is None:
        message = f"module '{use.module}' is not part of the contract, though the implementation has it"
    else:
        message = f"'{use.name}' is not part of the contract of '{use.module}', though the implementation has it"
    wanted = use.name or use.module.rpartition(".")[2]
    yield Finding(
        at=use.node if use.name else use.statement,
        message=message,
        symbol=f"{use.module}.{use.name}" if use.name else use.module,
        truth=use.owner.truth if use.owner else None,
        suggestion=nearest(wanted, use.owner.names()) if use.owner and use.name else None,
    )
