"""One judgement a file; each is joined to its page in `rules/` by its name."""
