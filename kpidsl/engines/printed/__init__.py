"""Queries for others to read and run: the columnar engine's query over the tables of somebody else's database."""
