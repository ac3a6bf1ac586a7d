"""Engines: each runs the core over facts. They import the core alone."""
