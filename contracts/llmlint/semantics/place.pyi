"""Where in an expression a name stands."""

import ast

def of_name(node: ast.expr) -> ast.expr:
    """The part of ``node`` that names the attribute or key.

    Of ``cart.total`` it is ``total`` (on its own line in a long chain), of ``getattr(cart, "total")`` the string, of
    ``order["total"]`` the subscript; anything else stands for itself.
    """
    ...
