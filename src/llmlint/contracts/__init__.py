"""What is true: reading ``.pyi`` and ``.py`` into symbols, finding the truth of a dotted name, binding calls."""
