"""Types as the guide's tables name them."""

from datetime import datetime
from typing import Any


def is_string(value: Any) -> bool:
    return isinstance(value, str)


def is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_float(value: Any) -> bool:
    """JSON has one kind of number: the guide writes its floats as `50` and as `86.4`."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_time(value: Any) -> bool:
    """ISO 8601, with a zone."""
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def is_time_or_null(value: Any) -> bool:
    return value is None or is_time(value)


def field(body: Any, path: str) -> Any:
    """`data.usage.used_requests` of a body; it must be there."""
    for name in path.split("."):
        assert name in body, f"{path} is missing in {body}"
        body = body[name]
    return body
