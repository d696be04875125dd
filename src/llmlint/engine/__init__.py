"""Running rules over files: pages, registry, selection, the one funnel, suppressions, the cache, many processes."""
