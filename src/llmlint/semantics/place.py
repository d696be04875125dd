"""Where in an expression a name stands."""

from __future__ import annotations

import ast


def of_name(node: ast.expr) -> ast.expr:
    """The part of ``node`` that names the attribute or key.

    Of ``cart.total`` it is ``total`` (on its own line in a long chain), of ``getattr(cart, "total")`` the string, of
    ``order["total"]`` the subscript; anything else stands for itself.
    """
    match node:
        case ast.Attribute(attr=name, end_lineno=int(row), end_col_offset=int(end)):
            start = end - len(name.encode())
            return ast.Name(name, lineno=row, col_offset=start, end_lineno=row, end_col_offset=end)
        case ast.Call(args=[_, name_argument, *_]):
            return name_argument
        case ast.Subscript(slice=key):
            return key
    return node
