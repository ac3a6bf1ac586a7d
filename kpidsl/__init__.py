"""kpidsl: the language in which assessment files are written, checked, run and explained."""

__version__ = "0.1.0"
