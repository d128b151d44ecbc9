"""HTDemucs on a CPU in faster forms that compute the same function. Knows no streams and no files."""
