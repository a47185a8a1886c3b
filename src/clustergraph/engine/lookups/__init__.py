"""Look-ups: small queries from things that they name, answered within counted steps and without a reader."""
