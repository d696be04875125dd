"""What is on disk: settings, discovery, the target's environment, reading a file."""
