"""A report to look at: one HTML file, or a folder of them, that needs no network and runs only its own script."""
