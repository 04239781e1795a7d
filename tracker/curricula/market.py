"""What the market pays and asks for: each fact with its year, place, source and confidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from tracker.curricula.catalogue_files import SHIPPED


@dataclass(frozen=True, slots=True)
class MarketFact:
    statement: str
    year: int
    place: str
    source: str
    confidence: str


@cache
def market_facts() -> tuple[MarketFact, ...]:
    """Return the shipped facts; nothing in them is computed or mixed."""
    said = yaml.safe_load((SHIPPED / "market.yaml").read_text(encoding="utf-8"))
    sources = {source["key"]: source["title"] for source in said["sources"]}
    return tuple(
        MarketFact(
            fact["statement"],
            fact["year"],
            fact["place"],
            sources[fact["source"]],
            fact["confidence"],
        )
        for fact in said["facts"]
    )
