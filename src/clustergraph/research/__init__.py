"""Results in the forms that researchers work with: data frames, networks, notebooks."""
