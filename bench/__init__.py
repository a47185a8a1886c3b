"""Side-by-side measurements: this service, Oxigraph's own server and rdflib-endpoint. Run with `python -m bench`."""
