"""The Model Context Protocol: assistants ask the graph with tools and read it as resources.

Modules here import the SDK, which is an extra; nothing else of this package imports them but the command.
"""
