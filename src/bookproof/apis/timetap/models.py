"""The payloads of TimeTap's /resource calls, as strict types.

The reference server reads requests and builds its answers with them, so that it says what a payload is a second time,
apart from the OpenAPI file. Field names are those on the wire; (L…) are lines of the document.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator


def _integral(value: Any) -> Any:
    """JSON has one kind of number: 5.0 is the integer 5. Booleans and texts stay what they are and are refused."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text(value: Any) -> str:
    """Any JSON string, also one with a lone surrogate, which JSON allows and pydantic's own string type does not."""
    if not isinstance(value, str):
        raise ValueError("should be a string")
    return value


Integer = Annotated[int, BeforeValidator(_integral)]
Text = Annotated[str, PlainValidator(_text)]


class _Payload(BaseModel):
    model_config = ConfigDict(strict=True)


class CreateResource(_Payload):
    """Body of POST /resource (L63-71). The minimum object is required; what is not writable is not even looked at."""

    bundleResourceIdList: list[Integer] | None  # (L65, L211)
    locationId: Integer  # (L66, L228)
    name: Text  # (L67, L246)
    reasonIdList: list[Integer]  # (L68, L254)
    locationName: Text | None = None  # (L232)
    reasonIdListText: Text = ""  # (L256)
    reasons: list[Text] = []  # (L261)


class UpdateResource(_Payload):
    """Body of PUT /resource (L72-101). Required are the marked ones of the table (L209, L220, L228, L232, L263).

    `model_fields_set` tells what was sent: what was not sent stays as it is.
    """

    resourceId: Integer  # (L263)
    active: Any  # required and not writable: must be there, changes nothing (L209)
    businessId: Any  # (L220)
    locationId: Integer  # (L228)
    locationName: Text | None  # (L232)
    name: Text = ""  # (L246)
    reasonIdList: list[Integer] = []  # (L254)
    reasonIdListText: Text = ""  # (L256)
    reasons: list[Text] = []  # (L261)
    bundleResourceIdList: list[Integer] | None = None  # not writable (L211)


class Resource(_Payload):
    """A resource as every answer shows it: the nineteen properties of the table, in its order (L208-264)."""

    active: bool  # (L209-210)
    bundleResourceIdList: list[Integer] | None  # ids of resources (L211-213)
    bundleResourceSet: list["Resource"] | None  # (L214-216)
    bundledResources: list[Text] | None  # names (L217-219)
    businessId: Integer  # (L220-221)
    createdDate: Integer  # milliseconds since 1970-01-01 UTC (L222-224)
    createdUser: Text  # (L225-227)
    locationId: Integer  # (L228-230)
    locationName: Text | None  # (L232)
    modifiedDate: Integer  # milliseconds since 1970-01-01 UTC (L234-240)
    modifiedUser: Text  # (L242-244)
    name: Text  # (L246-247)
    professionalIdList: list[Integer] | None  # ids of staff (L248-250)
    professionalIdListText: Text  # (L251-253)
    reasonIdList: list[Integer]  # ids of services (L254-255)
    reasonIdListText: Text  # the same ids, joined by commas (L256-257)
    reasonSet: list[dict[str, Any]] | None  # (L258-260)
    reasons: list[Text]  # names of services (L261-262)
    resourceId: Integer  # (L263-264)
