"""How bytes go out: whole files, parts of them, archives, with their names and tags."""
