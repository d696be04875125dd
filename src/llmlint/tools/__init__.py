"""Other tools as sources of diagnostics: ruff, mypy with the deep check, import-linter. Each runs in a process of its own."""
