"""Nexudus spaces resources: creating a bookable resource with its 82 fields."""
