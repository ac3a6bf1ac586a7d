"""Text to typed tree: lexer, layout, grammar, translation. Knows nothing of values or engines."""
