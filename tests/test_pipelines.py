"""Hooks and pipelines: valid for those who read them, and their commands run as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from check_jsonschema.builtin_schemas import get_builtin_schema
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

ACTION = YAML(typ="safe").load(ROOT / "action.yml")
HEADER, TEMPLATE = YAML(typ="safe").load_all((ROOT / "templates/llmlint.gitlab-ci.yml").read_text())


def bash(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A script as GitHub's and GitLab's runners start it: what fails ends it."""
    environ = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **environ}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_action_is_one():
    jsonschema.validate(ACTION, get_builtin_schema("vendor.github-actions"))
    text = (ROOT / "action.yml").read_text()
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])


def test_our_own_workflow_is_one():
    workflow = YAML(typ="safe").load(ROOT / ".github/workflows/tests.yml")
    jsonschema.validate(workflow, get_builtin_schema("vendor.github-workflows"))
    commands = [step["run"] for step in workflow["jobs"]["tests"]["steps"] if "run" in step]
    assert commands == ["python tests/schemas/published.py", ".ci/run"]
    assert all((ROOT / command.split()[-1]).is_file() for command in commands)


def step(*, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's last step, with what GitHub puts in the place of its expressions."""
    values = {name: one["default"] for name, one in ACTION["inputs"].items()} | {
        name.replace("_", "-"): value for name, value in inputs.items()
    }
    last = ACTION["runs"]["steps"][-1]
    environ = {}
    for name, expression in last["env"].items():
        key = expression.removeprefix("${{ ").removesuffix(" }}").removeprefix("inputs.")
        environ[name] = inputs.get("base", "") if key == "github.base_ref" else values[key]
    environ |= {"LLMLINT_BIN": str(BIN), "RUNNER_TEMP": str(folder / "temp"), "VIRTUAL_ENV": str(BIN.parent)}
    (folder / "temp").mkdir(exist_ok=True)
    return bash(last["run"], folder, **environ, GITHUB_STEP_SUMMARY=str(folder / "summary.md"))


def test_the_action_annotates_reports_and_fails(shop):
    done = step(folder=shop.path, args="--no-tools --select LLM203", paths="tests")
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=llmlint (LLM203),file=tests/test_cart.py,line=6")
    assert json.loads((shop.path / "llmlint.sarif").read_text())["runs"][0]["results"]
    assert (shop.path / "summary.md").read_text().startswith("### llmlint: 🔴 1 error")


def test_the_action_can_leave_things_out(shop):
    done = step(folder=shop.path, args="--no-tools --ignore LLM2,LLM4", summary="false", sarif_file="")
    assert (done.returncode, done.stdout) == (0, "")
    assert not (shop.path / "llmlint.sarif").exists()
    assert not (shop.path / "summary.md").exists()


def test_the_action_can_tell_only_what_a_pull_request_changes(shop):
    git(shop.path, "init", "-q")
    git(shop.path, "add", ".")
    git(shop.path, "commit", "-qm", "all")
    git(shop.path, "update-ref", "refs/remotes/origin/main", "HEAD")
    shop.write("tests/test_new.py", "from shop.cart import Cart\n\n\ndef test_it():\n    assert Cart().totl() == 1\n")
    done = step(folder=shop.path, changed="true", base="main", args="--no-tools --select LLM203")
    assert done.returncode == 1
    assert re.findall(r"file=([^,]+)", done.stdout) == ["tests/test_new.py"]


def test_the_template_is_one_of_gitlabs():
    schema = get_builtin_schema("vendor.gitlab-ci")
    jsonschema.validate(HEADER, schema)
    jsonschema.validate(interpolated(TEMPLATE), schema)
    used = set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", (ROOT / "templates/llmlint.gitlab-ci.yml").read_text()))
    assert used == set(HEADER["spec"]["inputs"])


def interpolated(value: object, **inputs: str) -> object:
    """With the inputs in the place of ``$[[ inputs.name ]]``, as GitLab does it."""
    values = {name: one["default"] for name, one in HEADER["spec"]["inputs"].items()} | inputs
    text = json.dumps(value)
    return json.loads(re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: json.dumps(values[found[1]])[1:-1], text))


def test_the_templates_job_leaves_the_reports_that_it_names(shop):
    job = interpolated(TEMPLATE, args="--no-tools --select LLM203")["llmlint"]  # type: ignore[index]
    made, installed, checked = job["script"]
    assert (made, installed) == ("python -m venv /tmp/llmlint", '/tmp/llmlint/bin/pip install --quiet "llmlint"')
    # What is installed stands in for what would be.
    done = bash(checked.replace("/tmp/llmlint/bin/", f"{BIN}/"), shop.path)
    assert done.returncode == 1
    assert "tests/test_cart.py:6:17: LLM203" in done.stdout
    reports = job["artifacts"]["reports"]
    (entry,) = json.loads((shop.path / reports["codequality"]).read_text())
    assert entry["location"] == {"path": "tests/test_cart.py", "lines": {"begin": 6, "end": 6}}
    assert "<testsuites>" in (shop.path / reports["junit"]).read_text()


@pytest.fixture
def hooked(shop, tmp_path_factory):
    """A shop under git, and a repository with our hooks; runs one of them with the real pre-commit."""
    hooks = tmp_path_factory.mktemp("hooks")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    for folder in (hooks, shop.path):
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "all")

    def run(hook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return bash(
            f"{sys.executable} -m pre_commit try-repo {hooks} {hook} {' '.join(arguments)}",
            shop.path, PRE_COMMIT_HOME=str(tmp_path_factory.mktemp("home")), NO_COLOR="1",
        )  # fmt: skip

    return run


def test_the_manifest_is_one():
    done = bash(f"{sys.executable} -m pre_commit validate-manifest .pre-commit-hooks.yaml", ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_full_hook_reports_everything(hooked):
    done = hooked("llmlint-full", "--all-files")
    assert done.returncode == 1
    assert "LLM203" in done.stdout
    assert "1 passed" not in done.stdout


def test_the_full_hook_runs_for_tests_only_when_something_changed(hooked):
    assert "(no files to check)Skipped" in hooked("llmlint-full").stdout
