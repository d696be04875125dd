"""Whole projects: where their root, their code, their contracts and their tests are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmlint.project.layout import import_root
from llmlint.project.load import Options, load_project, projects_for
from llmlint.project.project import Project
from llmlint.project.settings import SettingsError
from tests.project_tree import plant, plant_interpreter, plant_venv


def relative(root: Path, paths: tuple[str, ...]) -> list[str]:
    """Paths from ``root``."""
    return [os.path.relpath(path, root) for path in paths]


def load(root: Path, path: str = "tests") -> Project:
    """The project of a path in ``root``, with no environment of this machine."""
    return load_project(str(root / path), environ={})


FLAT = {
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/__init__.py": "",
    "tests/test_a.py": "",
    "setup.py": "",
    "docs/conf.py": "",
}


def test_a_flat_layout(tmp_path: Path) -> None:
    """Packages beside the tests; scripts for upkeep are no packages."""
    project = load(plant(tmp_path, FLAT))
    assert project.root == project.base == str(tmp_path)
    assert project.source_roots == (str(tmp_path),)
    assert project.own_packages == {"shop"}
    assert project.contract_roots == ()


def test_a_src_layout(tmp_path: Path) -> None:
    """Packages, modules and namespace packages in ``src``; the root is for tests alone."""
    files = {
        "src/shop/__init__.py": "",
        "src/space/sub/__init__.py": "",
        "src/single.py": "",
        "src/shop.egg-info/": "",
        "tests/": "",
    }
    project = load(plant(tmp_path, {"pyproject.toml": "", **files}))
    assert project.source_roots == (str(tmp_path / "src"),)
    assert project.test_roots == (str(tmp_path),)
    assert project.own_packages == {"shop", "space", "single"}


@pytest.mark.parametrize("manager", ["uv", "rye"])
def test_a_workspace(tmp_path: Path, manager: str) -> None:
    """Its members' code is the project's own; of members with packages of one name nobody knows which is installed."""
    files = {
        "pyproject.toml": f'[tool.{manager}.workspace]\nmembers = ["libs/*", "app"]\nexclude = ["libs/left"]\n',
        "app/pyproject.toml": "",
        "app/src/shop/__init__.py": "",
        "libs/core/pyproject.toml": "",
        "libs/core/space/core.py": "",
        "libs/more/pyproject.toml": "",
        "libs/more/space/more.py": "",
        "libs/one/pyproject.toml": "",
        "libs/one/twice/__init__.py": "",
        "libs/two/pyproject.toml": "",
        "libs/two/twice/__init__.py": "",
        "libs/left/pyproject.toml": "",
        "libs/left/left/__init__.py": "",
        "libs/none/none/__init__.py": "",
        "tests/": "",
    }
    project = load(plant(tmp_path, files))
    members = [root for root in relative(tmp_path, project.source_roots) if root != "."]
    assert members == ["app/src", "libs/core", "libs/more"]
    assert {"shop", "space"} <= project.own_packages
    assert "twice" not in project.own_packages


def test_a_namespace_package_in_a_flat_layout(tmp_path: Path) -> None:
    """Models rarely write ``__init__.py``."""
    files = {
        "app/main.py": "",
        "app/core/config.py": "",
        "tests/test_a.py": "",
        "frontend/index.js": "",
        "docs/conf.py": "",
    }
    assert load(plant(tmp_path, {"pyproject.toml": "", **files})).own_packages == {"app"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {"" = "code"}\n'),
        ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["code"]\n'),
        ("pyproject.toml", '[tool.poetry]\npackages = [{include = "shop", from = "code"}]\n'),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel]\npackages = ["code/shop"]\n'),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel]\nsources = ["code"]\n'),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel.sources]\n"code/shop" = "shop"\n'),
        ("pyproject.toml", '[tool.pdm.build]\npackage-dir = "code"\n'),
        ("pyproject.toml", '[tool.uv.build-backend]\nmodule-root = "code"\n'),
        ("pyproject.toml", '[tool.maturin]\npython-source = "code"\n'),
        ("setup.cfg", "[options]\npackage_dir =\n    = code\n"),
        ("setup.cfg", "[options.packages.find]\nwhere = code\n"),
        ("setup.py", "from setuptools import setup, find_packages\nsetup(packages=find_packages('code'))\n"),
        ("setup.py", "import setuptools\nDIR = {'': 'code'}\nsetuptools.setup(package_dir=DIR)\n"),
        ("pytest.ini", "[pytest]\npythonpath = code\n"),
        (
            "tests/conftest.py",
            "import sys, os\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'code'))\n",
        ),
        ("llmlint.toml", 'src = ["code"]\n'),
    ],
)
def test_build_settings_say_where_packages_lie(tmp_path: Path, name: str, text: str) -> None:
    """Whatever tool builds or tests the project."""
    plant(tmp_path, {"code/shop/__init__.py": "", "tests/test_a.py": "", name: text})
    project = load(tmp_path)
    assert str(tmp_path / "code") in project.source_roots
    assert "shop" in project.own_packages


def test_a_package_in_a_folder_of_another_name(tmp_path: Path) -> None:
    """``package-dir = {shop = "python"}``."""
    files = {
        "pyproject.toml": '[tool.setuptools]\npackage-dir = {shop = "python"}\n',
        "python/__init__.py": "",
        "tests/": "",
    }
    project = load(plant(tmp_path, files))
    assert project.package_folders == (("shop", str(tmp_path / "python")),)
    assert dict(project.environment.editable)["shop"] == str(tmp_path / "python")
    assert "shop" in project.own_packages


def test_a_folder_that_only_gathers_packages(tmp_path: Path) -> None:
    """Code in ``backend/``, tests beside it: ``app`` and ``backend.app`` both resolve."""
    project = load(plant(tmp_path, {".git/": "", "backend/app/__init__.py": "", "tests/test_a.py": ""}))
    assert relative(tmp_path, project.source_roots) == [".", "backend"]
    assert {"app", "backend"} <= project.own_packages


def test_a_part_of_a_repository(tmp_path: Path) -> None:
    """The base is where tests and code lie together; what the repository declares holds there too."""
    files = {
        ".git/": "",
        "pyproject.toml": "[project]\nname = 'all'\nrequires-python = '>=3.12'\ndependencies = ['httpx']\n",
        "shared/__init__.py": "",
        "backend/app/__init__.py": "",
        "backend/tests/unit/test_a.py": "",
    }
    project = load(plant(tmp_path, files), "backend/tests/unit")
    assert (project.root, project.base) == (str(tmp_path), str(tmp_path / "backend"))
    assert relative(tmp_path, project.source_roots) == ["backend", "."]
    assert {"app", "shared"} <= project.own_packages
    assert project.requires_python == (3, 12)
    assert "httpx" in project.dependencies


def test_a_project_in_a_repository(tmp_path: Path) -> None:
    """``backend/pyproject.toml`` makes ``backend`` the root."""
    files = {
        ".git/": "",
        "pyproject.toml": "",
        "backend/pyproject.toml": "",
        "backend/app/__init__.py": "",
        "backend/tests/": "",
    }
    project = load(plant(tmp_path, files), "backend/tests")
    assert project.root == project.base == str(tmp_path / "backend")


def test_settings_above_rule_the_parts(tmp_path: Path) -> None:
    """The nearest file with settings is the root, also above another pyproject.toml."""
    files = {
        "pyproject.toml": '[tool.llmlint]\ncontracts = [{path = "backend/contracts", package = "app"}]\n',
        "backend/pyproject.toml": "",
        "backend/app/__init__.py": "",
        "backend/contracts/x.pyi": "",
        "backend/tests/test_a.py": "",
    }
    project = load(plant(tmp_path, files), "backend/tests/test_a.py")
    assert (project.root, project.base) == (str(tmp_path), str(tmp_path / "backend"))
    assert project.contract_roots == ((str(tmp_path / "backend" / "contracts"), "app"),)
    assert "app" in project.own_packages


def test_a_project_among_the_data_of_tests_is_data(tmp_path: Path) -> None:
    """``tests/data/pyproject.toml`` does not make a root; settings or a repository do."""
    plant(tmp_path, {**FLAT, "tests/data/a/setup.py": "", "tests/data/b/llmlint.toml": "", "tests/data/c/.git/": ""})
    assert load(tmp_path, "tests/data/a").root == str(tmp_path)
    assert load(tmp_path, "tests/data/b").root == str(tmp_path / "tests" / "data" / "b")
    assert load(tmp_path, "tests/data/c").root == str(tmp_path / "tests" / "data" / "c")


def test_no_mark_at_all(tmp_path: Path) -> None:
    """The folder above ``tests`` is the project."""
    plant(tmp_path, {"work/shop.py": "", "work/tests/unit/test_a.py": "", "work/tests/pytest.ini": ""})
    project = load(tmp_path, "work/tests/unit")
    assert project.root == str(tmp_path / "work")
    assert project.own_packages == {"shop"}
    assert project.pytest.rootdir == str(tmp_path / "work" / "tests")


@pytest.mark.parametrize(
    ("stubs", "prefix"),
    [
        (("app/core/config.pyi", "app/__init__.pyi"), ""),
        (("app.pyi",), ""),
        (("core/config.pyi", "main.pyi", "__init__.pyi"), "app"),
        (("core/config.pyi", "gone.pyi"), "app"),
        (("elsewhere.pyi",), ""),
        (("both.pyi",), ""),
    ],
)
def test_contracts_are_mapped_to_their_package(tmp_path: Path, stubs: tuple[str, ...], prefix: str) -> None:
    """By full names, or as submodules of the one package that has them."""
    files = {
        "pyproject.toml": "",
        "app/__init__.py": "",
        "app/core/config.py": "",
        "app/main.py": "",
        "app/both.py": "",
    }
    files |= {"other/__init__.py": "", "other/both.py": "", "tests/": ""}
    plant(tmp_path, {**files, **{f"contracts/{stub}": "" for stub in stubs}})
    project = load(tmp_path)
    assert project.contract_roots == ((str(tmp_path / "contracts"), prefix),)
    assert project.own_packages == {"app", "other"}


def test_a_folder_called_contracts_without_stubs_is_code(tmp_path: Path) -> None:
    """Only ``.pyi`` files are contracts."""
    project = load(plant(tmp_path, {"pyproject.toml": "", "contracts/__init__.py": "", "tests/": ""}))
    assert project.contract_roots == ()
    assert project.own_packages == {"contracts"}


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("pyproject.toml", "[project]\nrequires-python = '>=3.10,<4'\n", (3, 10)),
        ("pyproject.toml", "[project]\nrequires-python = '~=3.9.2'\n", (3, 9)),
        ("pyproject.toml", "[project]\nrequires-python = '!=3.9.*, >=3.8'\n", (3, 8)),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.12'\n", (3, 12)),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '~3.9 || >=3.11'\n", (3, 9)),
        (
            "pyproject.toml",
            "[project]\nclassifiers = ['Programming Language :: Python :: 3.11', 'Programming Language :: Python :: 3.9']\n",
            (3, 9),
        ),
        ("setup.cfg", "[options]\npython_requires = >= 3.7\n", (3, 7)),
        ("setup.py", "from setuptools import setup\nsetup(python_requires='>=3.6')\n", (3, 6)),
        ("llmlint.toml", "python-version = '3.13'\n", (3, 13)),
    ],
)
def test_the_oldest_python(tmp_path: Path, name: str, text: str, version: tuple[int, int]) -> None:
    """As the project declares it."""
    assert load(plant(tmp_path, {name: text, "tests/": ""})).requires_python == version


def test_an_undeclared_oldest_python_is_that_of_the_environment(tmp_path: Path) -> None:
    """There is nothing else to go by."""
    plant_interpreter(tmp_path / "base", "3.13")
    plant_venv(tmp_path / "work" / ".venv", tmp_path / "base", "3.13")
    project = load(plant(tmp_path / "work", FLAT))
    assert project.environment.prefix == str(tmp_path / "work" / ".venv")
    assert project.requires_python == (3, 13)


def test_dependencies_of_every_kind(tmp_path: Path) -> None:
    """Names are normalized; versions, extras, markers and addresses are left out."""
    plant(
        tmp_path,
        {
            "pyproject.toml": """\
            [build-system]
            requires = ["hatchling"]
            [project]
            dependencies = ["Ruamel.Yaml[jinja2]>=0.18; python_version < '4'", "direct @ https://host.example/x.whl"]
            [project.optional-dependencies]
            extra = ["extra_one"]
            [dependency-groups]
            dev = ["group-one", {include-group = "test"}]
            [tool.poetry.group.test.dependencies]
            poetry-one = "^1"
            [tool.hatch.envs.test]
            extra-dependencies = ["hatch-one"]
            [tool.pdm.dev-dependencies]
            test = ["pdm-one"]
            """,
            "setup.cfg": "[options]\ninstall_requires =\n    cfg-one>1\n[options.extras_require]\nx =\n    cfg-two\n",
            "setup.py": "from setuptools import setup\nR = ['py-one']\nsetup(install_requires=R + [], extras_require={'a': ['py-two==1']}, tests_require=R)\n",
            "requirements-dev.txt": "-r requirements/base.in\nreq-one==1.0 --hash=sha256:0\n# comment\n-e git+https://host.example/x#egg=egg-one\n",
            "requirements/base.in": "req-two\n",
            "tox.ini": "[testenv]\ndeps =\n    tox-one\n    py311: tox-two\n    -r requirements-dev.txt\n",
            "noxfile.py": "def tests(session):\n    session.install('nox-one', '-e', '.')\n",
            "environment.yml": "dependencies:\n  - conda-one=1\n  - pip:\n    - pip-one\n",
            "Pipfile": "[dev-packages]\npipenv-one = '*'\n",
            "tests/": "",
        },
    )
    names = """
        hatchling ruamel-yaml direct extra-one group-one poetry-one hatch-one pdm-one cfg-one cfg-two py-two
        req-one req-two egg-one tox-one tox-two nox-one conda-one pip-one pipenv-one
    """
    assert set(names.split()) <= load(tmp_path).dependencies


def test_dependencies_that_a_setup_script_gathers(tmp_path: Path) -> None:
    """Extras that are put into a table one by one, and options that are."""
    extras = "extras = {}\nextras['test'] = ['one', 'two>=2']\nsetup(extras_require=extras)\n"
    options = "tests = ['three']\noptions = {'name': 'shop'}\noptions['tests_require'] = tests\nsetup(**options)\n"
    for name, text in (("a", extras), ("b", options)):
        plant(tmp_path / name, {**FLAT, "setup.py": f"from setuptools import setup\n{text}"})
    assert {"one", "two"} <= load(tmp_path / "a").dependencies
    assert "three" in load(tmp_path / "b").dependencies


def test_conftests_that_change_the_path(tmp_path: Path) -> None:
    """However they spell it."""
    plant(
        tmp_path,
        {
            **FLAT,
            **{
                f"{name}/x.py": ""
                for name in ("tests/one", "tests/two", "tests/three", "tests/four", "tests/five", "tests/six")
            },
            "tests/conftest.py": """\
            import os, sys, site
            from pathlib import Path
            HERE = Path(__file__).resolve().parent
            sys.path.insert(0, str(HERE / "one"))
            sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "two"))
            sys.path += [f"{HERE}/three", unknown()]
            sys.path[:0] = [os.path.join(os.getcwd(), "tests", "four")]
            site.addsitedir(Path(__file__).parents[1].joinpath("tests", "five").as_posix())
            sys.path.extend(["tests/six", str(HERE / "missing")])
            """,
        },
    )
    roots = relative(tmp_path, load(tmp_path).test_roots)
    assert roots[:6] == ["tests/one", "tests/two", "tests/three", "tests/four", "tests/five", "tests/six"]


def test_names_of_plugins_become_modules(tmp_path: Path) -> None:
    """``-p timeout`` names an entry point, not a module."""
    plant_interpreter(tmp_path / "base", "3.12")
    packages = {"pytest_timeout-1.dist-info/entry_points.txt": "[pytest11]\ntimeout = pytest_timeout\n"}
    plant_venv(tmp_path / "work" / ".venv", tmp_path / "base", "3.12", packages)
    plant(tmp_path / "work", {**FLAT, "pytest.ini": "[pytest]\naddopts = -p timeout -p shop.plugin\n"})
    assert load(tmp_path / "work").pytest.plugins == ("pytest_timeout", "shop.plugin")


def test_a_plugin_that_collects_more_than_tests(tmp_path: Path) -> None:
    """pytest-relaxed collects whatever is public in files that are not pytest's own."""
    plant_interpreter(tmp_path / "base", "3.12")
    packages = {"pytest_relaxed-2.dist-info/entry_points.txt": "[pytest11]\nrelaxed = pytest_relaxed.plugin\n"}
    plant_venv(tmp_path / "work" / ".venv", tmp_path / "base", "3.12", packages)
    plant(tmp_path / "work", FLAT)
    pytest = load(tmp_path / "work").pytest
    public = ("[!_]*",)
    assert pytest.names("/work/tests/cart.py") == (public, public)
    assert pytest.names("/work/tests/test_cart.py") == (("Test",), ("test",))
    assert pytest.names("/work/tests/_support.py") == (("Test",), ("test",))


def test_broken_files_of_others_are_notices(tmp_path: Path) -> None:
    """They are told once and stop nothing."""
    plant(
        tmp_path,
        {
            "pyproject.toml": "[project\n",
            "setup.py": "def (",
            "setup.cfg": "garbage",
            "noxfile.py": "\0",
            "tests/conftest.py": "sys.path(",
        },
    )
    project = load(tmp_path)
    assert project.root == str(tmp_path)
    assert [notice[:2] for notice in project.notices] == [(str(tmp_path / "pyproject.toml"), 1)] * 1


def test_a_missing_python_is_an_error_at_its_line(tmp_path: Path) -> None:
    """The setting stands in a file."""
    plant(tmp_path, {"llmlint.toml": 'max-mocks = 1\npython = "nowhere"\n', "tests/": ""})
    with pytest.raises(SettingsError) as caught:
        load(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'llmlint.toml'}:2:1: the target environment 'nowhere' does not exist"


def test_typeshed_is_found_without_importing_mypy(tmp_path: Path) -> None:
    """It holds the standard library's stubs."""
    assert (Path(load(plant(tmp_path, FLAT)).typeshed) / "builtins.pyi").is_file()


def test_the_import_root_of_a_test(tmp_path: Path) -> None:
    """The first folder that is no package, as pytest's ``prepend`` mode has it."""
    plant(tmp_path, {"tests/unit/__init__.py": "", "tests/unit/sub/__init__.py": ""})
    assert import_root(str(tmp_path / "tests" / "unit" / "sub" / "test_a.py")) == str(tmp_path / "tests")


MONOREPO = {
    ".git/": "",
    "one/pyproject.toml": "",
    "one/pkg/__init__.py": "",
    "one/tests/test_a.py": "",
    "one/tests/data/setup.py": "",
    "two/llmlint.toml": 'exclude = ["gen"]\n',
    "two/tests/check_b.py": "",
    "two/tests/gen/check_c.py": "",
    "two/pytest.ini": "[pytest]\npython_files = check_*.py\n",
    "tests/test_c.py": "",
}


def test_files_are_gathered_by_project(tmp_path: Path) -> None:
    """Each project of a tree keeps its own settings."""
    plant(tmp_path, MONOREPO)
    selection = projects_for([str(tmp_path), str(tmp_path / "missing")], Options(environ={}))
    found = {
        os.path.relpath(one.project.root, tmp_path): [
            (os.path.relpath(file.path, one.project.root), file.role) for file in one.files
        ]
        for one in selection.projects
    }
    assert found == {
        ".": [("tests/test_c.py", "test")],
        "one": [("pkg/__init__.py", "other"), ("tests/data/setup.py", "other"), ("tests/test_a.py", "test")],
        "two": [("tests/check_b.py", "test")],
    }
    assert [error.message for error in selection.errors] == ["does not exist"]


def test_one_file_has_the_project_that_it_has_among_all(tmp_path: Path) -> None:
    """An editor, which opens one file, sees what a whole run sees."""
    plant(tmp_path, MONOREPO)
    projects = {
        file.path: one.project
        for one in projects_for([str(tmp_path)], Options(environ={})).projects
        for file in one.files
    }
    assert {path: load_project(path, environ={}) for path in projects} == projects


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"pyproject.toml": '[tool.llmlint]\ntests = ["spec"]\n', "pytest.ini": "[pytest]\ntestpaths = checks\n"},
            ["spec/test_s.py"],
        ),
        ({"pytest.ini": "[pytest]\ntestpaths = checks\n"}, ["checks/test_c.py"]),
        ({"pytest.ini": "[pytest]\ntestpaths = che*\n"}, ["checks/test_c.py"]),
        ({"pytest.ini": "[pytest]\ntestpaths = missing\n"}, ["tests/test_t.py"]),
        ({"pyproject.toml": ""}, ["tests/test_t.py"]),
    ],
)
def test_no_paths_mean_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], expected: list[str]
) -> None:
    """Of the settings, else of pytest, else ``tests/``."""
    plant(tmp_path, {**files, "spec/test_s.py": "", "checks/test_c.py": "", "tests/test_t.py": "", "shop.py": ""})
    monkeypatch.chdir(tmp_path)
    (one,) = projects_for([], Options(environ={})).projects
    assert [os.path.relpath(file.path, tmp_path) for file in one.files] == expected


def test_no_paths_and_no_tests_mean_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heap of files is a project too."""
    plant(tmp_path, {"setup.cfg": "", "test_a.py": "", "shop.py": ""})
    monkeypatch.chdir(tmp_path)
    (one,) = projects_for([], Options(environ={})).projects
    assert [os.path.basename(file.path) for file in one.files] == ["shop.py", "test_a.py"]
