"""The rule pages and ``tests/md`` are tests."""

pytest_plugins = ["llmlint.testing"]
