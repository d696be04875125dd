"""The target environment is found and read without running anything of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmlint.project.environment import find_environment, read_environment
from llmlint.project.interpreter import find_installation
from llmlint.project.settings import SettingsError
from tests.project_tree import plant, plant_interpreter, plant_venv


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """An installed Python 3.12."""
    plant_interpreter(tmp_path / "base", "3.12")
    return tmp_path / "base"


def test_a_virtual_environment_is_read(tmp_path: Path, base: Path) -> None:
    """Its version, its standard library, its packages, distributions and plugins."""
    packages = {
        "Shop_Tools-1.0.dist-info/entry_points.txt": "[console_scripts]\nx = a:b\n\n[pytest11]\nshop = shop.plugin:Plugin [extra]\n",
        "old-2.0.egg-info": "",
        "plain-1.0.dist-info/": "",
    }
    venv = plant_venv(tmp_path / "venv", base, "3.12", packages)
    environment = find_environment((), python=str(venv), environ={})
    assert environment.known
    assert environment.version == (3, 12)
    assert environment.stdlib == str(base / "lib" / "python3.12")
    assert environment.site == (str(venv / "lib" / "python3.12" / "site-packages"),)
    assert environment.distributions == {"shop-tools", "old", "plain"}
    assert environment.pytest_plugins == ("shop.plugin",)
    assert environment.pytest_plugin_names == (("shop", "shop.plugin"),)


@pytest.mark.parametrize("part", ["", "bin", "bin/python"])
def test_an_environment_may_be_named_in_several_ways(tmp_path: Path, base: Path, part: str) -> None:
    """The folder, its ``bin``, its interpreter."""
    venv = plant_venv(tmp_path / "venv", base, "3.12")
    assert find_environment((), python=str(venv / part), environ={}).prefix == str(venv)


def test_a_link_to_the_interpreter_of_an_environment_means_the_environment(tmp_path: Path, base: Path) -> None:
    """The first ``pyvenv.cfg`` on the way of the links decides."""
    venv = plant_venv(tmp_path / "venv", base, "3.12")
    (tmp_path / "python").symlink_to(venv / "bin" / "python")
    assert find_environment((), python=str(tmp_path / "python"), environ={}).prefix == str(venv)


def test_a_base_interpreter_may_be_chosen(tmp_path: Path, base: Path) -> None:
    """It is known although nothing is installed there."""
    (tmp_path / "python3").symlink_to(base / "bin" / "python3.12")
    environment = find_environment((), python=str(tmp_path / "python3"), environ={})
    assert (environment.known, environment.prefix, environment.version) == (True, str(base), (3, 12))
    assert environment.distributions == frozenset()


def test_one_of_several_versions_side_by_side_is_chosen_by_name(tmp_path: Path) -> None:
    """``/usr`` holds many Pythons."""
    for version in ("3.9", "3.11", "3.13"):
        plant_interpreter(tmp_path / "usr", version)
    found = find_environment((), python=str(tmp_path / "usr" / "bin" / "python3.11"), environ={})
    assert found.version == (3, 11)


def test_the_layout_of_windows_is_read(tmp_path: Path) -> None:
    """``Lib`` and ``Scripts`` instead of ``lib/python3.12`` and ``bin``."""
    plant(tmp_path / "Python312", {"python.exe": "", "python312.dll": "", "Lib/os.py": "", "Lib/site-packages/": ""})
    cfg = f"home = {tmp_path / 'Python312'}\nversion = 3.12.1\n"
    plant(tmp_path / "venv", {"pyvenv.cfg": cfg, "Scripts/python.exe": "", "Lib/site-packages/six.py": ""})
    base = find_environment((), python=str(tmp_path / "Python312" / "python.exe"), environ={})
    venv = find_environment((), python=str(tmp_path / "venv" / "Scripts" / "python.exe"), environ={})
    assert (base.version, base.stdlib) == ((3, 12), str(tmp_path / "Python312" / "Lib"))
    assert (venv.version, venv.stdlib) == (base.version, base.stdlib)
    assert venv.site == (str(tmp_path / "venv" / "Lib" / "site-packages"),)


def test_system_packages_are_seen_where_the_environment_sees_them(tmp_path: Path, base: Path) -> None:
    """``include-system-site-packages = true``."""
    plant(base / "lib/python3.12/site-packages", {"six-1.0.dist-info/": ""})
    venv = plant_venv(tmp_path / "venv", base, "3.12")
    cfg = (venv / "pyvenv.cfg").read_text()
    assert "six" not in find_environment((), python=str(venv), environ={}).distributions
    (venv / "pyvenv.cfg").write_text(cfg.replace("false", "true"))
    environment = find_environment((), python=str(venv), environ={"HOME": str(tmp_path)})
    assert "six" in environment.distributions
    assert environment.site[-1] == str(base / "lib" / "python3.12" / "site-packages")


def test_path_files_add_import_roots(tmp_path: Path, base: Path) -> None:
    """Lines of ``.pth`` files are folders; what is installed there is installed."""
    plant(tmp_path / "src", {"shop.egg-info/entry_points.txt": "[pytest11]\nshop = shop.testing\n"})
    packages = {
        "a.pth": f"# comment\n\n{tmp_path / 'src'}\nmissing\nimport os; os.x()\n",
        "easy-install.pth": "./six-1.0-py3.12.egg\n",
        "six-1.0-py3.12.egg/EGG-INFO/PKG-INFO": "",
        "shop.egg-link": f"{tmp_path / 'src'}\n.\n",
    }
    venv = plant_venv(tmp_path / "venv", base, "3.12", packages)
    environment = find_environment((), python=str(venv), environ={})
    site = venv / "lib" / "python3.12" / "site-packages"
    assert environment.site == (str(site), str(tmp_path / "src"), str(site / "six-1.0-py3.12.egg"))
    assert environment.distributions == {"shop", "six"}
    assert environment.pytest_plugins == ("shop.testing",)


def test_editable_finders_are_read(tmp_path: Path, base: Path) -> None:
    """The hooks of setuptools, scikit-build-core and meson-python say where modules lie."""
    source = plant(
        tmp_path / "source",
        {"shop/__init__.py": "", "single.py": "", "space/": "", "sci/__init__.py": "", "mes/__init__.py": ""},
    )
    plan = {"python": {str(source / "mes" / "__init__.py"): {"destination": "{py_purelib}/mes/__init__.py"}}}
    plant(tmp_path / "build", {"meson-info/intro-install_plan.json": json.dumps(plan)})
    packages = {
        "__editable__.shop-1.pth": "import __editable___shop_1_finder; __editable___shop_1_finder.install()",
        "__editable___shop_1_finder.py": f"""\
            import sys
            MAPPING: dict[str, str] = {{'shop': {str(source / "shop")!r}, 'single': {str(source / "single")!r}}}
            NAMESPACES: dict[str, list[str]] = {{'space': [{str(source / "space")!r}]}}
            """,
        "_sci_editable.pth": "import _sci_editable",
        "_sci_editable.py": f"install({{'sci': {str(source / 'sci' / '__init__.py')!r}, 'sci.a': 'a.py'}}, {{}}, None)\n",
        "mes-editable.pth": "import _mes_editable_loader",
        "_mes_editable_loader.py": f"install({{'mes'}}, {str(tmp_path / 'build')!r}, [], False)\n",
        "broken.pth": "import _broken_editable",
        "_broken_editable.py": "def (",
    }
    venv = plant_venv(tmp_path / "venv", base, "3.12", packages)
    assert dict(find_environment((), python=str(venv), environ={}).editable) == {
        "shop": str(source / "shop"),
        "single": str(source / "single.py"),
        "space": str(source / "space"),
        "sci": str(source / "sci"),
        "mes": str(source / "mes"),
    }


def test_the_order_of_the_search(tmp_path: Path, base: Path) -> None:
    """``--python``, the setting, VIRTUAL_ENV, the nearest ``.venv``, conda's."""
    project = tmp_path / "outer" / "project"
    folders = (str(project),)
    conda = plant_interpreter(tmp_path / "conda", "3.12").parent.parent
    environ = {"CONDA_PREFIX": str(conda), "CONDA_DEFAULT_ENV": "work"}
    assert find_environment(folders, environ=environ).prefix == str(conda)
    outer = plant_venv(tmp_path / "outer" / "venv", base, "3.12")
    assert find_environment(folders, environ=environ).prefix == str(outer)
    near = plant_venv(project / ".venv", base, "3.12")
    assert find_environment(folders, environ=environ).prefix == str(near)
    active = plant_venv(tmp_path / "active", base, "3.12")
    environ["VIRTUAL_ENV"] = str(active)
    assert find_environment(folders, environ=environ).prefix == str(active)
    chosen = plant_venv(project / "chosen", base, "3.12")
    setting = ("chosen", str(project), "pyproject.toml", 3)
    assert find_environment(folders, setting=setting, environ=environ).prefix == str(chosen)
    assert find_environment(folders, python=str(near), setting=setting, environ=environ).prefix == str(near)


def test_a_stale_virtual_env_is_passed_over(tmp_path: Path, base: Path) -> None:
    """A shell may outlive its environment."""
    near = plant_venv(tmp_path / ".venv", base, "3.12")
    assert find_environment((str(tmp_path),), environ={"VIRTUAL_ENV": str(tmp_path / "gone")}).prefix == str(near)


def test_the_search_stops_at_the_repository(tmp_path: Path, base: Path) -> None:
    """What lies above a repository belongs to somebody else."""
    plant_venv(tmp_path / ".venv", base, "3.12")
    plant(tmp_path / "repository", {".git/": "", "src/": ""})
    assert find_environment((str(tmp_path / "repository" / "src"),), environ={}).prefix != str(tmp_path / ".venv")


def test_a_file_that_names_the_environment_is_followed(tmp_path: Path, base: Path) -> None:
    """pipenv writes a path into ``.venv``, PDM into ``.pdm-python``."""
    venv = plant_venv(tmp_path / "elsewhere", base, "3.12")
    plant(tmp_path, {"a/.venv": f"{venv}\n", "b/.pdm-python": str(venv / "bin" / "python")})
    for name in ("a", "b"):
        assert find_environment((str(tmp_path / name),), environ={}).prefix == str(venv)


def test_the_shims_of_pyenv_are_seen_through(tmp_path: Path) -> None:
    """The script says nothing; pyenv's own version file does."""
    plant_interpreter(tmp_path / "pyenv" / "versions" / "3.12.4", "3.12")
    plant_interpreter(tmp_path / "pyenv" / "versions" / "3.13.0", "3.13")
    plant(tmp_path / "pyenv", {"shims/python": "#!/bin/sh\n", "shims/python3.13": "#!/bin/sh\n", "version": "3.12.4\n"})
    shims = tmp_path / "pyenv" / "shims"
    assert find_environment((), python=str(shims / "python"), environ={}).version == (3, 12)
    assert find_environment((), python=str(shims / "python3.13"), environ={}).version == (3, 13)
    assert find_environment((), python=str(shims / "python"), environ={"PYENV_VERSION": "3.13.0"}).version == (3, 13)


@pytest.mark.parametrize("value", ["missing", "empty", "file.txt"])
def test_a_chosen_environment_has_to_exist(tmp_path: Path, value: str) -> None:
    """A wish that cannot be met is an error, at its line in the settings."""
    plant(tmp_path, {"empty/": "", "file.txt": ""})
    with pytest.raises(SettingsError, match=f"the target environment '{value}'") as caught:
        find_environment((), setting=(value, str(tmp_path), "llmlint.toml", 4), environ={})
    assert (caught.value.path, caught.value.row) == ("llmlint.toml", 4)


def test_a_folder_that_holds_an_environment_will_do(tmp_path: Path, base: Path) -> None:
    """``--python .`` means the project's ``.venv``."""
    venv = plant_venv(tmp_path / "project" / ".venv", base, "3.12")
    assert find_environment((), python=str(tmp_path / "project"), environ={}).prefix == str(venv)


def test_an_environment_whose_interpreter_is_gone_is_still_read(tmp_path: Path) -> None:
    """Its packages are there; the standard library is not."""
    venv = plant_venv(tmp_path / "venv", tmp_path / "gone", "3.12", {"six-1.dist-info/": ""})
    installation = find_installation(str(venv), {})
    assert installation is not None
    environment = read_environment(installation)
    assert (environment.version, environment.stdlib) == ((3, 12), None)
    assert environment.distributions == {"six"}


def test_llmlints_own_environment_is_the_targets_only_where_tests_could_run_in_it(tmp_path, monkeypatch):
    base = plant_interpreter(tmp_path / "base", "3.11")
    venv = plant_venv(tmp_path / "hook", tmp_path / "base", "3.11", {"llmlint-1.0.dist-info/METADATA": ""})
    assert base.exists()
    monkeypatch.setattr("sys.prefix", str(venv))
    environ = {"VIRTUAL_ENV": str(venv), "HOME": str(tmp_path)}
    assert not find_environment([str(tmp_path)], environ=environ).known
    (venv / "lib/python3.11/site-packages/pytest-8.0.dist-info").mkdir()
    assert find_environment([str(tmp_path)], environ=environ).known
