"""The nouns that every layer shares: frozen, picklable, standard library only."""
