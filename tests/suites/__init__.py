"""The long suites: trials of faults, of load and of hostile input, run by `make faults`, `make load`, `make fuzz`."""
