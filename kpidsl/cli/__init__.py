"""The commands: one file each; the only code that prints, exits or writes to a terminal."""
