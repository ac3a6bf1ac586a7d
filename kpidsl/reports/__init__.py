"""Ledgers and scores put into words, tables and files."""
