"""About how many tokens a model needs for a text."""

from __future__ import annotations

import re

_PIECES = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]|\n[ \t]*")


def tokens(text: str) -> int:
    """An estimate without a tokenizer: a word of up to six letters is one token, a longer one a token for each five letters
    begun, three digits one, signs a little more than half a token each, a line break with its indentation one. A tokenizer may
    count a fifth more or less."""
    total = 0.0
    for piece in _PIECES.findall(text):
        first = piece[0]
        if first == "\n":
            total += 1
        elif first.isalpha():
            total += 1 if len(piece) <= 6 else -(-len(piece) // 5)
        elif first.isdigit():
            total += -(-len(piece) // 3)
        else:
            total += 0.6
    return round(total)
