"""astroid's word on whether a module or class has a member: asked before a finding that rests on source alone."""

from __future__ import annotations

import sys


def has_member(path: str, module: str, qualname: str, name: str) -> bool:
    """Whether astroid finds ``name`` in the class ``qualname`` of the file (in the module itself if that is empty).

    Nothing is imported; where astroid cannot read the file, or fails, it finds nothing.
    """
    from astroid.astroid_manager import MANAGER
    from astroid.exceptions import AstroidError
    from astroid.nodes import ClassDef

    try:
        tree = MANAGER.ast_from_file(path, module)
        scope = tree
        for part in qualname.split(".") if qualname else ():
            found = [node for node in scope.getattr(part) if isinstance(node, ClassDef)]
            if not found:
                return False
            scope = found[-1]
        places = [scope.locals]
        if isinstance(scope, ClassDef):
            places += [scope.instance_attrs]
            places += [names for base in scope.ancestors() for names in (base.instance_attrs, base.locals)]
    except (AstroidError, RecursionError, OSError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        return False
    return any(name in names for names in places)


def forget() -> None:
    """Drop what astroid has read of files, which it never looks at again: they may have changed."""
    manager = sys.modules.get("astroid.astroid_manager")
    if manager is None:
        return
    from astroid.context import _invalidate_cache
    from astroid.inference_tip import clear_inference_tip_cache

    known = manager.MANAGER.astroid_cache
    for name in [name for name, tree in known.items() if (tree.file or "").endswith((".py", ".pyi"))]:
        del known[name]
    clear_inference_tip_cache()
    _invalidate_cache()
