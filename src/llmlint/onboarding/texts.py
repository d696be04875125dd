"""What is written into a project."""

from __future__ import annotations

MARK = "<!-- llmlint -->"
"""Begins the section for models, so that it is found again."""

HOOK = "llmlint hook"

GUIDE = f"""\
{MARK}
## Tests

- Use only names, parameters and fixtures that exist. The truth is in {{truths}}; look there before you write a test, do not guess.
- `llmlint contract digest MODULE` tells what the code publishes, `llmlint contract prompt MODULE` what its contract promises to test,
  `llmlint rule CODE` what a finding means.
- Test through the public interface. Give every mock a `spec` (or `autospec=True`) and configure only what its class has.
- After an edit, run `llmlint hook FILE` and mend what it says on the side that it names; it says nothing when all is well.
- Never edit a contract (`.pyi`) or a conftest to silence a test, never delete an assertion, skip a test or add a suppression to get by.
<!-- /llmlint -->
"""

PRE_COMMIT_ITEM = """\
- repo: local
  hooks:
    - id: llmlint
      name: llmlint
      entry: llmlint check --no-tools --ignore LLM5
      language: system
      files: PATTERN
      types_or: [python, pyi]
      require_serial: true
"""

WORKFLOW = """\
name: llmlint
on:
  push:
    branches: [main, master]
  pull_request:
permissions:
  contents: read
jobs:
  llmlint:
    runs-on: ubuntu-latest
{folder}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "{version}"
{steps}      - run: llmlint check --python "{python}" --output-format github
"""

HOOKS = {
    "SessionStart": {"hooks": [{"type": "command", "command": HOOK}]},
    "UserPromptSubmit": {"hooks": [{"type": "command", "command": HOOK}]},
    "PostToolUse": {"matcher": "Edit|MultiEdit|Write", "hooks": [{"type": "command", "command": HOOK}]},
    "Stop": {"hooks": [{"type": "command", "command": HOOK}]},
}
"""Entries of ``hooks`` in Claude Code's settings."""
