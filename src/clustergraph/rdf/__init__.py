"""RDF without a store or a query: IRIs, prefixes, formats, terms to and from Python, tables, graph writers."""
