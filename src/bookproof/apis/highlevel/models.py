"""The payloads of HighLevel's calendar resources, from the document (lines 75-186)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ResourceType = Literal["equipments", "rooms"]
MOST_CALENDARS = 100


def _number(value: Any) -> Any:
    """JSON numbers alone: true is no number, "5" is none either."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return value


Number = Annotated[Any, BeforeValidator(_number)]
"""An integer or a fraction as it was sent; no bounds are documented."""


class CreateCalendarResource(BaseModel):
    """The request's body (lines 75-115): seven properties, all required; calendarIds holds 100 ids at most."""

    model_config = ConfigDict(strict=True)

    locationId: str
    name: str
    description: str
    quantity: Number
    outOfService: Number
    capacity: Number
    calendarIds: list[str] = Field(max_length=MOST_CALENDARS)


class CalendarResource(BaseModel):
    """The created resource (lines 117-186): five properties always, four that may be left out."""

    model_config = ConfigDict(strict=True)

    locationId: str
    name: str
    resourceType: ResourceType
    isActive: bool
    calendarIds: list[str]
    description: str | None = None
    quantity: Number = None
    outOfService: Number = None
    capacity: Number = None


class ErrorBody(BaseModel):
    """The vendor's error body; validation errors list several messages."""

    statusCode: int
    message: str | list[str]
    error: str
