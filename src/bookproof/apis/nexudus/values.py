"""Kinds of values that careless servers mix up, refuse or trip over."""

from collections.abc import Callable
from typing import Any

Values = Callable[[Any], bool]
"""Whether a value is of a kind."""


def is_text(value: Any) -> bool:
    """Text."""
    return isinstance(value, str)


def is_numeral(value: Any) -> bool:
    """A number written as text."""
    return isinstance(value, str) and value.replace(".", "", 1).lstrip("-").isdigit()


def is_number(value: Any) -> bool:
    """A number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_boolean(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def is_fraction(value: Any) -> bool:
    """A number with a fraction."""
    return isinstance(value, float) and not value.is_integer()


def is_yes_or_no(value: Any) -> bool:
    """A word that forms use for a boolean."""
    return value in ("yes", "no", "on", "off")


def is_truth_word(value: Any) -> bool:
    """The words true and false."""
    return value in ("true", "false")


def is_list(value: Any) -> bool:
    """A list."""
    return isinstance(value, list)


def is_object(value: Any) -> bool:
    """An object."""
    return isinstance(value, dict)


def is_structure(value: Any) -> bool:
    """A list or an object."""
    return isinstance(value, list | dict)


def is_foreign(value: Any) -> bool:
    """Text beyond ASCII."""
    return isinstance(value, str) and not value.isascii()


def is_long(value: Any) -> bool:
    """Text longer than a page."""
    return isinstance(value, str) and len(value) > 4_000


def is_empty(value: Any) -> bool:
    """Empty text, or an empty list."""
    return value in ("", [])


def is_zero(value: Any) -> bool:
    """The number 0."""
    return is_number(value) and value == 0


def is_negative(value: Any) -> bool:
    """A number below 0."""
    return is_number(value) and value < 0


def is_beyond_32_bits(value: Any) -> bool:
    """A number that takes more than 32 bits."""
    return is_number(value) and value >= 2**31
