"""The editor's server (Language Server Protocol 3.17), on pygls."""
