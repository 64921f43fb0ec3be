"""What changed between two recordings of an API, or between its contract and a vendor's OpenAPI file.

Structure is compared, never values: ids, dates, counts and order differ from day to day and say nothing.
"""
