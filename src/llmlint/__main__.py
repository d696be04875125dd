"""``python -m llmlint``."""

from llmlint.cli.start import main

main()
