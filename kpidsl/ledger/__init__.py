"""Ledgers read: reconciliation and the statement of points. Computes no score."""
