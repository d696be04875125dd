"""astroid's word on what a module or class has: asked before a finding that rests on source alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from astroid import nodes
    from astroid.manager import AstroidManager

_BUILTINS: Final = "builtins"


def members(path: str, module: str, qualname: str) -> frozenset[str]:
    """The names that astroid finds in the class ``qualname`` of the file, bases and instances included (in the module itself if that is empty).

    They are names and no more, so that whoever keeps them need not keep trees. Nothing is imported; where astroid cannot read the
    file, or fails, it finds nothing.
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
                return frozenset()
            scope = found[-1]
        places = [scope.locals]
        if isinstance(scope, ClassDef):
            places += [scope.instance_attrs]
            places += [names for base in scope.ancestors() for names in (base.instance_attrs, base.locals)]
    except (AstroidError, RecursionError, OSError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        return frozenset()
    finally:
        _let_go_of_frames(MANAGER)
    return frozenset(name for names in places for name in names)


def _let_go_of_frames(manager: AstroidManager) -> None:
    """What astroid cannot import it remembers as the exception, and that holds the frames of everybody who was asking: a whole session."""
    from astroid.exceptions import AstroidImportError

    known = manager._mod_file_cache  # noqa: SLF001 - nothing public lets go of it
    for key, found in known.items():
        if isinstance(found, AstroidImportError):
            known[key] = AstroidImportError("Failed to import module {modname}.", modname=key[0])


def prepare() -> None:
    """Load astroid, and what it knows of builtins: a quarter of a second that whoever asks first would wait for."""
    from astroid.astroid_manager import MANAGER
    from astroid.builder import AstroidBuilder

    AstroidBuilder(MANAGER).string_build("")


def forget() -> None:
    """Drop what astroid has read, which it never looks at again: files may have changed, and trees are large. It keeps its builtins."""
    found = sys.modules.get("astroid.astroid_manager")
    if found is None:
        return
    manager: AstroidManager = found.MANAGER
    try:
        if manager._mod_file_cache:  # noqa: SLF001 - nothing public lets go of it
            _forget_places(manager)
        if not manager.astroid_cache.keys() <= {_BUILTINS}:
            _forget_but_builtins(manager.astroid_cache)
    except (ImportError, AttributeError):
        manager.clear_cache()  # another version, whose rooms are elsewhere: it makes its builtins anew


def _forget_places(manager: AstroidManager) -> None:
    """Where modules are, and that there are none: files come and go."""
    from astroid.interpreter._import import spec, util
    from astroid.modutils import _cache_normalize_path_, _has_init, cached_os_path_isfile

    manager._mod_file_cache.clear()  # noqa: SLF001 - nothing public lets go of it
    finders = [finder.find_module for finder in spec._SPEC_FINDERS]  # noqa: SLF001 - as its own clear_cache does
    others = (
        _cache_normalize_path_, _has_init, cached_os_path_isfile, util.is_namespace, spec._find_spec,  # noqa: SLF001 - the same
        spec._is_setuptools_namespace,  # noqa: SLF001 - the same
    )  # fmt: skip
    for cached in (*finders, *others):
        cached.cache_clear()


def _forget_but_builtins(known: dict[str, nodes.Module]) -> None:
    """What ``clear_cache`` of astroid does, without making its builtins anew, which takes longer than judging a file."""
    from astroid.context import _invalidate_cache
    from astroid.inference_tip import clear_inference_tip_cache
    from astroid.nodes import ClassDef
    from astroid.nodes._base_nodes import LookupMixIn

    for name in [name for name in known if name != _BUILTINS]:
        del known[name]
    clear_inference_tip_cache()
    _invalidate_cache()
    for cached in (LookupMixIn.lookup, ClassDef._metaclass_lookup_attribute):  # noqa: SLF001 - as its own clear_cache does
        cached.cache_clear()  # keyed by nodes
    _forget_models()
    if _BUILTINS in known:
        _forget_additions(known[_BUILTINS])


def _forget_models() -> None:
    """Let go of the nodes that the models of special attributes, of which there is one a kind of node, were bound to last."""
    from astroid.bases import Proxy
    from astroid.interpreter.objectmodel import ObjectModel
    from astroid.nodes import NodeNG

    kinds: list[type] = [NodeNG, Proxy]
    for kind in kinds:
        kinds += kind.__subclasses__()
        model = vars(kind).get("special_attributes")
        if isinstance(model, ObjectModel):
            model._instance = None  # noqa: SLF001 - nothing public lets go of it
    ObjectModel.attributes.cache_clear()


def _forget_additions(builtins: nodes.Module) -> None:
    """Take from the classes of builtins what assignments elsewhere have added (``type(mock).attribute = …``)."""
    from astroid.nodes import ClassDef, Module

    for cls in [one for found in builtins.locals.values() for one in found]:
        if isinstance(cls, ClassDef):
            for name, added in list(cls.instance_attrs.items()):
                if any(isinstance(top := node.root(), Module) and top is not builtins for node in added):
                    del cls.instance_attrs[name]
