"""The parts of a response: negotiation, parameters of a request, problems, headers, the page's language."""
