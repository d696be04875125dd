"""An agent's event in, what it should know of its edit out."""
