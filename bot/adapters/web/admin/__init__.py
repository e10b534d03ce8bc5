"""The admin page and its API: who is let in, what they see, what they do."""
