"""The remote engine: any SPARQL 1.1 endpoint, asked as the embedded engine is asked."""
