"""Source text and spans, the two-language word table, findings and their wording."""
