"""What a program can come to over all possible facts: holes, overlaps, dead text. Sees no data rows."""
