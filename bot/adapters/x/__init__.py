"""The X bot."""
