"""What the logins of the vendors share: the answer holds a token, or the run cannot go on."""

from bookproof.contract import body_value
from bookproof.errors import CredentialsRefused
from bookproof.exchange import Response


def token_in(response: Response, name: str, *, refused: str, hint: str) -> str:
    """The token that an answer holds under a name; CredentialsRefused, with the status, where there is none."""
    answered = body_value(response)
    token = answered.get(name) if isinstance(answered, dict) else None
    if response.status != 200 or not isinstance(token, str) or not token:
        raise CredentialsRefused(f"{refused} ({response.status}).", hint=hint)
    return token
