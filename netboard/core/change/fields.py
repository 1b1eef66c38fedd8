"""Reading untrusted values one field at a time; each reader raises `Invalid` with one sentence and the field's name."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Final

from netboard.core import ipam
from netboard.core.errors import Invalid

NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}")
DEVICE: Final = re.compile(r"[^\s/:%]{1,15}")
ALIAS: Final = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?")
_HEX_ID: Final = re.compile(r"[0-9a-f]{12,64}")
_MAC: Final = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class Reader:
    """The fields of one spec. What nobody read by the end is unknown and refused by `done`."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self._read: set[str] = set()

    def done(self) -> None:
        """Refuse what no reader asked for. Raises `Invalid`."""
        for field in self._values:
            if field not in self._read:
                raise Invalid(
                    f"There is no field “{str(field)[:60]}” here.",
                    field=str(field)[:60],
                    code="field_unknown",
                    params={"field": str(field)[:60]},
                )

    def raw(self, field: str) -> object:
        """The value as it came; None where it is missing or empty."""
        self._read.add(field)
        value = self._values.get(field)
        return None if value == "" else value

    def text(self, field: str, *, required: bool = False, longest: int = 300) -> str:
        """A text without control characters; empty where it is missing."""
        value = self.raw(field)
        if value is None:
            if required:
                raise Invalid(f"“{field}” is missing.", field=field, code="field_missing", params={"field": field})
            return ""
        if not isinstance(value, str):
            raise Invalid(f"“{field}” has to be a text.", field=field, code="field_text", params={"field": field})
        value = value.strip()
        if len(value) > longest or any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise Invalid(
                f"“{field}” is longer than {longest} characters or holds control characters.",
                field=field,
                code="field_long",
                params={"field": field, "longest": longest},
            )
        return value

    def flag(self, field: str) -> bool:
        """True or false; false where it is missing."""
        value = self.raw(field)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise Invalid(
                f"“{field}” has to be true or false.", field=field, code="field_flag", params={"field": field}
            )
        return value

    def number(self, field: str, least: int, most: int) -> int | None:
        """A whole number within bounds; None where it is missing."""
        value = self.raw(field)
        if value is None:
            return None
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Invalid(
                f"“{field}” has to be a whole number from {least} to {most}.",
                field=field,
                code="field_number",
                params={"field": field, "least": least, "most": most},
            )
        return value

    def name(self, field: str, *, required: bool = True) -> str:
        """A name that the engine and every shell accept, and that cannot be taken for an engine's id."""
        value = self.text(field, required=required, longest=128)
        if not value:
            return ""
        if not NAME.fullmatch(value):
            raise Invalid(
                f"“{value[:60]}” is no good name: letters, digits, “_”, “.” and “-”, and a letter or digit first.",
                field=field,
                code="name_invalid",
                params={"name": value[:60]},
            )
        if _HEX_ID.fullmatch(value):
            raise Invalid(
                f"“{value}” looks like an engine's id; choose a name that cannot be taken for one.",
                field=field,
                code="name_like_id",
                params={"name": value},
            )
        return value

    def choice(self, field: str, choices: Sequence[str], default: str = "") -> str:
        """One of some words; the default where it is missing."""
        value = self.text(field)
        if not value:
            return default
        if value not in choices:
            raise Invalid(
                f"“{field}” has to be one of: {', '.join(choices)}.",
                field=field,
                code="field_choice",
                params={"field": field, "choices": ", ".join(choices)},
            )
        return value

    def subnet(self, field: str, version: int) -> str:
        """A subnet of this family; empty where it is missing."""
        value = self.text(field, longest=60)
        if not value:
            return ""
        with _Named(field):
            if ipam.block(value).version != version:
                raise Invalid(
                    f"{value} is not of IPv{version}.", code="wrong_family", params={"value": value, "version": version}
                )
        return str(ipaddress.ip_network(value))

    def address(self, field: str, version: int | None = None) -> str:
        """An address without prefix length; empty where it is missing."""
        value = self.text(field, longest=60)
        if not value:
            return ""
        with _Named(field):
            if "/" in value:
                raise Invalid(
                    f"{value} has a prefix length; write the address alone.",
                    code="address_with_prefix",
                    params={"address": value},
                )
            found = ipam.single(value)
            if version is not None and found.version != version:
                raise Invalid(
                    f"{value} is not of IPv{version}.", code="wrong_family", params={"value": value, "version": version}
                )
        return str(ipaddress.ip_address(value))

    def mac(self, field: str) -> str:
        """A unicast MAC address in lower case; empty where it is missing."""
        value = self.text(field, longest=20).lower().replace("-", ":")
        if value and (not _MAC.fullmatch(value) or int(value[:2], 16) & 1 or value == "00:00:00:00:00:00"):
            raise Invalid(
                f"“{value}” is no MAC address of one device; write it like 02:42:ac:14:00:04.",
                field=field,
                code="mac_invalid",
                params={"mac": value},
            )
        return value

    def device(self, field: str) -> str:
        """A name that the kernel accepts for a device (at most 15 bytes); empty where it is missing."""
        value = self.text(field, longest=60)
        if value and (not DEVICE.fullmatch(value) or len(value.encode()) > 15 or value in (".", "..")):
            raise Invalid(
                f"“{value}” is no name of a device: at most 15 characters, no blanks, “/”, “:” or “%”.",
                field=field,
                code="device_invalid",
                params={"device": value},
            )
        return value

    def texts(self, field: str, most: int = 64) -> tuple[str, ...]:
        """A list of texts; empty where it is missing."""
        value = self.raw(field)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
            raise Invalid(
                f"“{field}” has to be a list of at most {most} texts.",
                field=field,
                code="field_list",
                params={"field": field, "most": most},
            )
        if any(len(one) > 4096 or "\0" in one for one in value):
            raise Invalid(
                f"A text in “{field}” is too long.",
                field=field,
                code="field_long",
                params={"field": field, "longest": 4096},
            )
        return tuple(value)

    def mapping(self, field: str, most: int = 32) -> dict[str, str]:
        """Texts by text; empty where it is missing."""
        value = self.raw(field)
        if value is None:
            return {}
        if (
            not isinstance(value, dict)
            or len(value) > most
            or not all(
                isinstance(k, str) and isinstance(v, str) and len(k) < 128 and len(v) < 512 for k, v in value.items()
            )
        ):
            raise Invalid(
                f"“{field}” has to map at most {most} names to texts.",
                field=field,
                code="field_mapping",
                params={"field": field, "most": most},
            )
        return dict(value)


class _Named:
    """Puts the field's name on an `Invalid` that comes from below."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Invalid) and not error.field:
            error.field = self._name
