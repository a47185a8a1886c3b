"""The Python API: a graph, its things, the results of queries and what they turn into."""
