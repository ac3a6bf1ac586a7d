"""Exact numbers, their kinds, rounding and written forms. Imports nothing of kpidsl."""
