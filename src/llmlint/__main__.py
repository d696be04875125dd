"""``python -m llmlint``."""

from llmlint.cli.main import main

main()
