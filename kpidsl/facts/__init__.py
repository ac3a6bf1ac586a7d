"""Facts in, results out: CSV and Excel files against a schema. Knows no policy."""
