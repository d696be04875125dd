"""Where a contract and the implementation behind it disagree. Both are read, neither is run."""
