"""One command of `stemify` a file: its options, and what it says at the end."""
