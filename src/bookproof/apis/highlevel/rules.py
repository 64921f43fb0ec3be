"""What HighLevel's document says and no schema keyword can: one calendar for an equipment, and the answer's echoes."""

from collections.abc import Iterator

from bookproof.contract import Breach
from bookproof.exchange import brief
from bookproof.rules import Call, Echo, Rule, RuleSet, Ruling, rule_set

OPERATION = "createCalendarResource"


class OneCalendarPerEquipment(Rule):
    """Line 111: "One equipment can only be mapped with one service calendar."."""

    name = "one-calendar-per-equipment"

    def request(self, call: Call) -> Iterator[Breach]:
        """An equipment with several calendars, within what the limit of the array allows."""
        calendars = call.body.get("calendarIds")
        if call.path.get("resourceType") != "equipments" or not isinstance(calendars, list):
            return
        if len(calendars) > 1 and "calendarIds" not in call.broken:
            yield self.breach("request.body/calendarIds", "one calendar at most", f"{len(calendars)} calendars")


class EchoResourceType(Rule):
    """Lines 137-142: the answer's resource type is that of the path."""

    name = "echo-resource-type"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Compares the answer with the path."""
        if call.accepted and call.conforming and call.sound("resourceType"):
            sent, answered = call.path["resourceType"], call.answered["resourceType"]
            yield from self.verdict(sent == answered, "response.body/resourceType", brief(sent), brief(answered))


class ActiveAfterCreation(Rule):
    """Lines 32 and 147: the example shows a created resource as active."""

    name = "active-after-creation"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """isActive is true in the answer to a creation."""
        if call.accepted and call.conforming and call.sound("isActive"):
            yield from self.verdict(
                call.answered["isActive"] is True, "response.body/isActive", "true", brief(call.answered["isActive"])
            )


def rules() -> RuleSet:
    """The rules of one run."""
    return rule_set(
        OneCalendarPerEquipment(),
        Echo("echo-location", "locationId", operation=OPERATION),
        Echo("echo-name", "name", operation=OPERATION),
        EchoResourceType(),
        ActiveAfterCreation(),
        Echo("echo-calendars", "calendarIds", operation=OPERATION, unordered=True),
        Echo("echo-description", "description", operation=OPERATION),
        Echo("echo-quantity", "quantity", operation=OPERATION),
        Echo("echo-out-of-service", "outOfService", operation=OPERATION),
        Echo("echo-capacity", "capacity", operation=OPERATION),
    )
