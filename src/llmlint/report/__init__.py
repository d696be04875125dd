"""Every output format, one a file: functions from a result to text."""
