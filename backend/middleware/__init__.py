"""What surrounds every request: its id, its log line, its headers, and the outermost catch."""
