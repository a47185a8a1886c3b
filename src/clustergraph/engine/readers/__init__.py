"""Reader processes: each holds a snapshot open, answers one query at a time, and can be ended."""
