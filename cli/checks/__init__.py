"""What `stemify doctor` asks of this machine: one subject a file, each check a function that gives findings."""
