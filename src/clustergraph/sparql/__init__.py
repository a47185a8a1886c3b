"""The text of a SPARQL query: its tokens, what it may do, the values bound to its variables, what is wrong with it."""
