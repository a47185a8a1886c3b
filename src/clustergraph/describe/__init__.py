"""What a graph says of itself, without HTTP: labels, its model, documents of things, VoID, DCAT, citations."""
