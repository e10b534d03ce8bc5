"""Backups: one file with all that a service keeps, made while it runs, and put back in place."""
