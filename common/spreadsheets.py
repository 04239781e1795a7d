"""Cells of the CSV files we hand out, safe to open in a spreadsheet."""

from __future__ import annotations

# What a spreadsheet would take for the beginning of a formula; the last four are the first four
# as East Asian keyboards type them, full-width.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(value: object) -> object:
    """Return the value; text that a spreadsheet would reckon with is quoted."""
    if isinstance(value, str) and value.startswith(FORMULA_MARKS):
        return f"'{value}"
    return value
