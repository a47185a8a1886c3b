"""The routes for programs: SPARQL, canned queries, linked data, downloads, metadata, health."""
