"""Settings, logging and the built-in gallery; imports no other package of the project."""
