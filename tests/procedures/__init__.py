"""Procedures as companies lay them out, made by chance from our own words, with what is true of each."""

from tests.procedures.drafting import Made
from tests.procedures.layouts import LAYOUTS, make

__all__ = ["LAYOUTS", "Made", "make"]
