"""Pictures to learn from: photographs and old paintings out of Debian's packages, styles drawn by code."""
