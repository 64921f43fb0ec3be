"""Exchanges in files: recordings that replay, and captures that are judged."""
