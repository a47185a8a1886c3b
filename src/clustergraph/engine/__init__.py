"""Asking a graph: one interface (`base.Engine`), whatever answers."""
