"""What a lambda is handed by the call that it is written in: ``sorted(items, key=lambda item: item.price)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from llmlint.contracts.signature import bind
from llmlint.contracts.symbols import Function
from llmlint.semantics.annotations import Substitution
from llmlint.semantics.arguments import Arguments, Bound
from llmlint.semantics.solving import Solving
from llmlint.semantics.values import (
    UNKNOWN,
    Callable,
    FunctionValue,
    Instance,
    Value,
)


class Lambdas(Solving):
    """Solves what the parameters of lambdas are, by the annotation of the parameter that each fills."""

    def handed(self, function: Value, arguments: Arguments) -> Iterator[tuple[ast.Lambda, list[Value]]]:
        """Each lambda that stands among the arguments of a call of ``function``, with what its positional parameters are given."""
        lambdas = [value for value in _written(arguments) if value.node is not None and value.node.args.args]
        bound = self._taking(function, arguments) if lambdas else None
        if bound is None or bound.function is None:
            return
        filled = list(arguments.filling(bound.signature))
        for value in lambdas:
            parameter = next((parameter for parameter, given in filled if given is value), None)
            takes = _takes(parameter.annotation) if parameter is not None else None
            if takes is not None and value.node is not None:
                yield value.node, self._given(takes, bound.function, function, filled, value)

    def _taking(self, function: Value, arguments: Arguments) -> Bound | None:
        """The signature that these arguments choose."""
        if arguments.starred or arguments.double_starred:
            return None
        for bound in self.signatures(function) or ():
            if bound.function is None or bind(bound.signature, len(arguments.positional), arguments.names()):
                continue
            module, owner = bound.function.module, bound.function.owner
            for parameter, value in arguments.filling(bound.signature):
                if parameter.annotation is not None:
                    expected = self.world.annotations.accepted(parameter.annotation, module, owner, None)
                    if not self.may_be(value, expected):
                        break
            else:
                return bound
        return None

    def _given(
        self,
        takes: Sequence[ast.expr],
        function: Function,
        called: Value,
        filled: Sequence[tuple[object, Value]],
        own: Value,
    ) -> list[Value]:
        annotations = self.world.annotations
        subst: Substitution = {}
        receiver = self._as_instance(called.receiver) if isinstance(called, FunctionValue) else None
        if function.owner is not None and isinstance(receiver, Instance):
            subst.update(annotations.substitution(receiver.cls, receiver.args, function.owner))
        given: list[Value] = []
        for node in takes:
            variables = self._variables(function, node) - subst.keys()
            for parameter, value in filled if variables else ():
                annotation = getattr(parameter, "annotation", None)
                if annotation is not None and value is not own and type(value) is not Callable:
                    self._solve(annotation, value, subst, variables, function)
            for name in variables:
                subst.setdefault(name, receiver if name == "Self" and receiver is not None else UNKNOWN)
            given.append(annotations.value(node, function.module, function.owner, subst, receiver))
        return given


def _written(arguments: Arguments) -> Iterator[Callable]:
    """The lambdas that stand there as they are: what is called by one name may be called elsewhere as well."""
    for node, value in zip(arguments.nodes, arguments.positional, strict=False):
        if type(value) is Callable and value.node is node:
            yield value
    for _, value, keyword in arguments.keywords:
        if type(value) is Callable and value.node is keyword.value:
            yield value


def _takes(annotation: ast.expr | None) -> Sequence[ast.expr] | None:
    """The parameters of ``Callable[[A, B], C]``, ``None`` beside it aside."""
    match annotation:
        case ast.Subscript(
            value=ast.Name(id="Callable") | ast.Attribute(attr="Callable"), slice=ast.Tuple(elts=elements)
        ):
            parameters = elements[0] if len(elements) == 2 else None
            return parameters.elts if isinstance(parameters, ast.List) else None
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _takes(inner)
        case ast.BinOp(op=ast.BitOr(), left=left, right=ast.Constant(value=None)):
            return _takes(left)
        case ast.BinOp(op=ast.BitOr(), left=ast.Constant(value=None), right=right):
            return _takes(right)
        case ast.Constant(value=str() as text):
            try:
                return _takes(ast.parse(text, mode="eval").body)
            except (SyntaxError, ValueError):
                return None
    return None
