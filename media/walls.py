"""What stands between a jailed child and everything else, by name; the values are what people are told."""

from enum import StrEnum


class Wall(StrEnum):
    """One wall. Limits on memory, processor, files and descriptors stand everywhere and are not among them."""

    network = "an empty network"
    capabilities = "capabilities dropped"
    privileges = "no new privileges"
    files = "no files but its own (Landlock)"
    calls = "system calls filtered (seccomp)"
    folder = "a private folder"
