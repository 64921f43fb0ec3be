"""What HighLevel's document says and no schema keyword can: one calendar for an equipment, and the answer's echoes."""

from collections.abc import Iterable, Iterator

from bookproof.rules import Call, Echo, Rule, RuleSet, Ruling, rule_set
from bookproof.schema import Breach

OPERATION = "createCalendarResource"
PLACE = "request.body/calendarIds"


class OneCalendarPerEquipment(Rule):
    """Line 111: "One equipment can only be mapped with one service calendar."."""

    name = "one-calendar-per-equipment"

    def request(self, call: Call) -> Iterator[Breach]:
        """An equipment with several calendars, within what the limit of the array allows; one sent twice is one."""
        calendars = call.body.get("calendarIds")
        if call.path.get("resourceType") != "equipments" or not isinstance(calendars, list):
            return
        several = len(set(map(repr, calendars)))
        if several > 1 and all(breach.where != PLACE for breach in call.breaches):
            yield self.breach(PLACE, "one calendar at most", f"{several} calendars")


class EchoResourceType(Rule):
    """Lines 137-142: the answer's resource type is that of the path."""

    name = "echo-resource-type"
    speaks_of = "success"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Compares the answer with the path."""
        if call.sound("resourceType"):
            sent, answered = call.path["resourceType"], call.answered["resourceType"]
            yield from self.agrees(sent == answered, "response.body/resourceType", sent, answered)


class EchoCalendars(Echo):
    """Line 153: the calendars come back, in any order. What was sent twice may come back once, but not the reverse."""

    def __init__(self) -> None:
        super().__init__("echo-calendars", "calendarIds", operation=OPERATION, unordered=True)

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Compares the ids, and then how many there are."""
        rulings = list(super().answer(call))
        yield from rulings
        if len(rulings) == 1:
            sent, answered = len(call.body["calendarIds"]), len(call.answered["calendarIds"])
            if answered > sent:
                yield self.breach("response.body/calendarIds", f"{sent} ids", f"{answered} ids, some of them twice")


class OptionalEcho(Echo):
    """An echo of a property that the answer may leave out (lines 160-182): leaving it out keeps the row too."""

    def answer(self, call: Call) -> Iterable[Ruling]:
        """Compares where the property is there; its absence from a sound answer shows that it may be left out."""
        if call.sound("name") and self._prop not in call.answered:
            return (self.shown(),)
        return super().answer(call)


class ActiveAfterCreation(Rule):
    """Lines 32 and 147: the example shows a created resource as active.

    A request that carries an isActive of its own says nothing: the document has none, a service may honour it.
    """

    name = "active-after-creation"
    speaks_of = "success"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """isActive is true in the answer to a creation."""
        if call.sound("isActive") and "isActive" not in call.body:
            active = call.answered["isActive"]
            yield from self.agrees(active is True, "response.body/isActive", True, active)


def rules() -> RuleSet:
    """The rules of one run."""
    return rule_set(
        OneCalendarPerEquipment(),
        Echo("echo-location", "locationId", operation=OPERATION),
        Echo("echo-name", "name", operation=OPERATION),
        EchoResourceType(),
        ActiveAfterCreation(),
        EchoCalendars(),
        OptionalEcho("echo-description", "description", operation=OPERATION),
        OptionalEcho("echo-quantity", "quantity", operation=OPERATION),
        OptionalEcho("echo-out-of-service", "outOfService", operation=OPERATION),
        OptionalEcho("echo-capacity", "capacity", operation=OPERATION),
    )
