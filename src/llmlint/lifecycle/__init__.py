"""The life of a contract: freezing it, holding it against the source, comparing two of its states, telling a model what it says."""
