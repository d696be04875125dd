"""From an interpreter, or the folder of an environment, to where its packages lie; nothing is started."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import partial

from llmlint.model.record import record
from llmlint.project.ini import Ini, read_ini

Version = tuple[int, int]

_LIBRARY = re.compile(r"(?:python|pypy)(\d+)\.(\d+)t?")
_EXECUTABLE = re.compile(r"(?:python|pypy)(\d+)\.(\d+)t?(?:\.exe)?")
_LINK_LIMIT = 40


@record
class Installation:
    """A Python on disk: a virtual environment, or an interpreter of its own."""

    prefix: str
    """``sys.prefix``, absolute."""
    version: Version
    stdlib: str | None
    """The folder of the standard library's sources; None where its interpreter is gone."""
    site: tuple[str, ...]
    """The existing folders of packages, ``.pth`` files not yet read; the environment's own first."""
    virtual: bool


def find_installation(path: str, environ: Mapping[str, str]) -> Installation | None:
    """The Python at ``path``: an interpreter, a folder that holds one (``.venv``, ``.venv/bin``), a conda or base prefix.

    None where there is none. ``environ`` tells the home folder, and pyenv's version behind a shim.
    """
    path = os.path.abspath(path)
    if os.path.isdir(path):
        found = _at_prefix(path, None, environ)
        if found is None and os.path.basename(path).lower() in ("bin", "scripts"):
            found = _at_prefix(os.path.dirname(path), None, environ)
        return found
    if not os.path.isfile(path):
        return None
    current, version = path, _version_in_name(path)
    for _ in range(_LINK_LIMIT):
        folder = os.path.dirname(current)
        for prefix in (os.path.dirname(folder), folder):
            if os.path.isfile(os.path.join(prefix, "pyvenv.cfg")):
                return _at_prefix(prefix, None, environ)
        if not os.path.islink(current):
            break
        current = os.path.normpath(os.path.join(folder, os.readlink(current)))
        version = _version_in_name(current) or version
    folder = os.path.dirname(os.path.realpath(path))
    if not re.match(r"(?:python|pypy)", os.path.basename(current).lower()):
        return None
    for prefix in (os.path.dirname(folder), folder):
        if found := _at_prefix(prefix, version, environ):
            return found
    return _behind_shim(path, environ)


def _version_in_name(path: str) -> Version | None:
    found = _EXECUTABLE.fullmatch(os.path.basename(path).lower())
    return (int(found[1]), int(found[2])) if found else None


def _at_prefix(prefix: str, version: Version | None, environ: Mapping[str, str]) -> Installation | None:
    cfg_path = os.path.join(prefix, "pyvenv.cfg")
    if os.path.isfile(cfg_path):
        return _virtual(prefix, read_ini(cfg_path) or Ini({}), environ)
    library = _standard_library(prefix, version or _linked_version(prefix))
    if library is None:
        return None
    stdlib, found = library
    return Installation(prefix, found, stdlib, (*_user_site(found, environ), *_base_site(prefix, found)), False)


def _virtual(prefix: str, cfg: Ini, environ: Mapping[str, str]) -> Installation | None:
    own = _site_packages(prefix, None)
    version = _version_text(cfg.get("", "version_info") or cfg.get("", "version"))
    if version is None and own:
        version = own[0][1]
    home = os.path.expanduser(cfg.get("", "home"))
    found, stdlib, base = _base_of(prefix, home, cfg.get("", "executable"), version)
    if found is None:
        return None
    site = [folder for folder, of in own if of in (None, found)]
    if cfg.get("", "include-system-site-packages").lower() == "true":
        site += _user_site(found, environ)
        if base is not None:
            site += _base_site(base, found)
    return Installation(prefix, found, stdlib, tuple(dict.fromkeys(site)), virtual=True)


def _base_of(
    prefix: str, home: str, executable: str, version: Version | None
) -> tuple[Version | None, str | None, str | None]:
    """(version, standard library, prefix) of the interpreter that a virtual environment was made with."""
    candidates: list[str] = []
    if home:
        candidates += [os.path.dirname(home), home, os.path.dirname(os.path.realpath(home))]
        names = [f"python{version[0]}.{version[1]}"] if version else []
        executables = [os.path.join(home, name) for name in (*names, "python3", "python")]
    else:
        executables = []
    executables += [executable, os.path.join(prefix, "bin", "python"), os.path.join(prefix, "bin", "python3")]
    for path in executables:
        if path and os.path.isfile(path):
            folder = os.path.dirname(os.path.realpath(path))
            candidates += [os.path.dirname(folder), folder]
    for candidate in dict.fromkeys(candidates):
        if candidate != prefix and (found := _standard_library(candidate, version)):
            return found[1], found[0], candidate
    return version, None, None


def _standard_library(prefix: str, version: Version | None) -> tuple[str, Version] | None:
    found: list[tuple[Version, str]] = []
    for library in ("lib", "lib64"):
        folder = os.path.join(prefix, library)
        for name, of in _libraries(folder):
            if os.path.isfile(os.path.join(folder, name, "os.py")):
                found.append((of, os.path.join(folder, name)))
    if version is not None:
        found = [item for item in found if item[0] == version]
    if found:
        newest = max(of for of, _ in found)
        return next(folder for of, folder in found if of == newest), newest
    windows = os.path.join(prefix, "Lib")
    if os.path.isfile(os.path.join(windows, "os.py")):
        on_windows = version or _windows_version(prefix)
        return (windows, on_windows) if on_windows else None
    return None


def _windows_version(prefix: str) -> Version | None:
    for name in _names(prefix):
        if found := re.fullmatch(r"python(\d)(\d+)\.(?:dll|zip|_pth)", name.lower()):
            return int(found[1]), int(found[2])
    return None


def _linked_version(prefix: str) -> Version | None:
    """The version that ``bin/python3`` stands for, where several libraries lie side by side."""
    for name in ("python3", "python"):
        path = os.path.join(prefix, "bin", name)
        if os.path.exists(path) and (version := _version_in_name(os.path.realpath(path))):
            return version
    return None


def _libraries(folder: str) -> list[tuple[str, Version]]:
    return [(name, (int(found[1]), int(found[2]))) for name in _names(folder) if (found := _LIBRARY.fullmatch(name))]


def _site_packages(prefix: str, version: Version | None) -> list[tuple[str, Version | None]]:
    found: list[tuple[str, Version | None]] = []
    seen: set[str] = set()
    for library in ("lib", "lib64"):
        folder = os.path.join(prefix, library)
        for name, of in _libraries(folder):
            site = os.path.join(folder, name, "site-packages")
            if (version is None or of == version) and os.path.isdir(site) and os.path.realpath(site) not in seen:
                seen.add(os.path.realpath(site))
                found.append((site, of))
    site = os.path.join(prefix, "Lib", "site-packages")
    if os.path.isdir(site) and os.path.realpath(site) not in seen:
        found.append((site, None))
    return found


def _base_site(prefix: str, version: Version) -> list[str]:
    name = f"python{version[0]}.{version[1]}"
    found = [site for site, _ in _site_packages(prefix, version)]
    debian = [os.path.join(prefix, "lib", "python3", "dist-packages")]
    if prefix == "/usr":
        debian = [os.path.join("/usr/local/lib", name, kind) for kind in ("site-packages", "dist-packages")] + debian
    return list(dict.fromkeys([*found, *(folder for folder in debian if os.path.isdir(folder))]))


def _user_site(version: Version, environ: Mapping[str, str]) -> list[str]:
    if environ.get("PYTHONNOUSERSITE"):
        return []
    base = environ.get("PYTHONUSERBASE") or os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".local")
    folder = os.path.join(base, "lib", f"python{version[0]}.{version[1]}", "site-packages")
    return [folder] if os.path.isdir(folder) else []


def _version_text(text: str) -> Version | None:
    found = re.match(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def _behind_shim(path: str, environ: Mapping[str, str]) -> Installation | None:
    """pyenv's ``shims/python`` is a script; the version stands in PYENV_VERSION or in pyenv's own ``version`` file."""
    folder = os.path.dirname(path)
    if os.path.basename(folder) != "shims":
        return None
    root = os.path.dirname(folder)
    wanted = environ.get("PYENV_VERSION", "").split(":")
    try:
        with open(os.path.join(root, "version"), encoding="utf-8", errors="replace") as file:
            wanted += file.read().split()
    except OSError:
        pass
    version = _version_in_name(path)
    versions = os.path.join(root, "versions")
    for name in filter(None, wanted):
        if version is None or _version_text(name) in (version, None):
            found = _at_prefix(os.path.join(versions, name), None, environ)
            if found is not None and version in (None, found.version):
                return found
    at = partial(os.path.join, versions)
    candidates = [name for name in _names(versions) if version is not None and _version_text(name) == version]
    return _at_prefix(at(candidates[-1]), None, environ) if candidates else None


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
