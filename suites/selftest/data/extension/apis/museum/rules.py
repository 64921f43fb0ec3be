"""What the museum says and no schema can."""

from bookproof.rules import Echo, rule_set


def rules():
    """The rules of one run."""
    return rule_set(Echo("echo-owner", "owner", operation="hangCoat"))
