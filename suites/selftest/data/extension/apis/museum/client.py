"""Fixtures of a cloakroom, and the requests built from them."""

from bookproof import apis
from bookproof.apis import Sample
from bookproof.draft import Draft


class Fixtures(apis.Fixtures):
    """owner: a visitor whom the museum knows."""

    owner: str = ""


class Samples:
    """Valid requests."""

    def __init__(self, fixtures):
        self._owner = fixtures.owner or "somebody"

    def coat(self):
        """The coat of a visitor."""
        return Draft("hangCoat", body={"owner": self._owner})

    def samples(self):
        """One coat."""
        return {"coat": Sample("MU-001", self.coat())}

    def items(self, where, count):
        """No request has an array."""
        return []


class Client:
    """The cloakroom's one operation."""

    def __init__(self, session):
        self.session = session
        self.samples = session.samples

    def send(self, draft):
        """Sends any draft; gives the Answer."""
        return self.session.send(draft)

    def clean_up(self):
        """Coats hang until the museum closes."""
        return []
