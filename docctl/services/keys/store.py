"""The key store of the house, where it has one: files in S3 are stored without encryption (R-7)."""

from __future__ import annotations

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.services.house import House
from storage.keyring import KeyRing


def key_store(house: House) -> KeyRing:
    """Return the key store; raise RuleRefused where there is none."""
    if house.keys is None:
        raise RuleRefused(Refused("keys", "no_store"))
    return house.keys


__all__ = ["key_store"]
