"""bookproof says, sentence by sentence, whether a booking API keeps its documented contract."""

__version__ = "0.1.0"
