"""What distinguishes the policies that are trained: architecture, place of the state, age of the prefixes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """One policy of a training run."""

    name: str
    variant: str = "pi0"  # pi0 | pi05
    state: str = "token"  # pi0: token | none; pi05: prompt | none
    stale: int = 0  # steps: the suffix learns on prefixes of up to this age
    share: float = 1.0  # of the steps, relative to the other policies that train in the same process

    def __post_init__(self) -> None:
        if self.stale < 0 or self.share <= 0:
            raise ValueError(f"[recipe {self.name}] expected stale >= 0 and share > 0")
        if self.stale and self.state == "prompt":
            raise ValueError(f"[recipe {self.name}] a stale prefix must not hold the state; expected another `state`")


SHIPPED = {
    recipe.name: recipe
    for recipe in (
        Recipe("tiny"),
        Recipe("tiny-nostate", state="none"),
        Recipe("tiny-pi05", variant="pi05", state="prompt"),
        Recipe("tiny-stale", stale=12),
    )
}


def parse_recipe(text: str) -> Recipe:
    """`NAME` or `NAME:key=value,...`; keys override those of the shipped policy of that name.
    Raises ValueError for an unknown key or a value of the wrong kind."""
    name, _, rest = text.partition(":")
    recipe = SHIPPED.get(name, Recipe(name))
    kinds = {"variant": str, "state": str, "stale": int, "share": float}
    changes = {}
    for item in filter(None, rest.split(",")):
        key, equals, value = item.partition("=")
        if key not in kinds or not equals:
            raise ValueError(f"[recipe {name}] expected one of {', '.join(kinds)} as key=value, got {item!r}")
        changes[key] = kinds[key](value)
    return dataclasses.replace(recipe, **changes)
