"""One policy in training: its network, optimiser, batches, log, held-out errors and exports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from .config import PolicyConfig
from .export import export_policy
from .initialise import initialise
from .log import log
from .losses import Learner
from .model import Policy
from .normalise import NormStats
from .optimise import Optimiser
from .recipes import Recipe
from .recorder import FIRST_SEED
from .sampler import FrameChooser, Sampler
from .store import FrameStore
from .tokens import Tokenizer
from .validate import Errors, Validation, validate

_PRINT_EVERY = 250  # steps


@dataclass(frozen=True)
class TraineeOptions:
    """What all policies of a run have in common."""

    out: Path  # gets the folder NAME and the log NAME.log
    batch: int = 256
    draws: int = 4  # (flow time, noise) pairs per frame
    learning_rate: float = 1e-3
    compile: bool = True
    validate_every: int = 1500  # steps
    validate_frames: int = 1024
    scenarios: str = ""  # for the model card


class Trainee:
    def __init__(
        self, recipe: Recipe, config: PolicyConfig, tokenizer: Tokenizer, store: FrameStore, options: TraineeOptions
    ) -> None:
        self.recipe = recipe
        self._config, self._tokenizer, self._store, self._options = config, tokenizer, store, options
        policy = Policy(config)
        initialise(policy, tokenizer.number_ids() if config.state_input == "prompt" else ())
        self.optimiser = Optimiser(Learner(policy).to(store.device), options.learning_rate, options.compile)
        self._stats: NormStats | None = None
        self._sampler: Sampler | None = None
        self._validation: Validation | None = None
        parameters = sum(p.numel() for p in policy.parameters()) / 1e6
        self._log(f"{recipe}, {parameters:.2f} M parameters on {store.device}")

    @property
    def turn(self) -> float:
        """Steps done over steps deserved: the trainee with the smallest value is next."""
        return self.optimiser.steps / self.recipe.share

    def compile(self, stats: NormStats) -> None:
        """Compile on a batch of the real shapes, while the first demonstrations are still recorded."""
        blank = torch.zeros(self._options.batch, dtype=torch.long, device=self._store.device)
        self.optimiser.warm_up(self._make_sampler(stats).batch(blank))
        self._log("compiled" if self._options.compile else "runs")

    def start(self, stats: NormStats) -> None:
        """Fix the units of states and actions; before the first step."""
        self._stats, self._sampler = stats, self._make_sampler(stats)

    def step(self, chooser: FrameChooser, progress: float, seconds: float) -> None:
        """One update at `progress` in [0, 1] of the training time, `seconds` after its start."""
        step, options = self.optimiser.steps, self._options
        losses, norm = self.optimiser.step(self._sampler.batch(chooser.draw(options.batch)), progress)
        if step % _PRINT_EVERY == 0:
            values = " ".join(f"{name} {x.float().mean():.4f}" for name, x in losses._asdict().items())
            rate = (step + 1) * options.batch / max(seconds, 1e-3)
            self._log(f"step {step} {values} norm {norm:.2f} frames {len(chooser.frames)} samples/s {rate:.0f}")
        if step % options.validate_every == 0 and step:
            self.validate()

    def validate(self) -> None:
        """Log the held-out errors, if anything was held out."""
        if not len(self._store.held_out_frames()):
            return
        learner, average = self.optimiser.learner, self.optimiser.average
        with self.optimiser.autocast():
            self._validation = validate(learner, average, self._store, self._sampler, self._options.validate_frames)
        for line in self._validation.lines():
            self._log(line)

    def export(self, seconds: float) -> None:
        """Write the averaged policy; `seconds` of training led to it."""
        stale = self.recipe.stale
        card = {
            "frames": self._store.size,
            "demos": self._store.demos,
            "first_seed": FIRST_SEED,
            "scenarios": self._options.scenarios or "none",
            "stale_text": f" The expert learned on prefixes up to {stale} steps old." if stale else "",
            "steps": self.optimiser.steps,
            "batch": self._options.batch,
            "seconds": seconds,
            "table": _table(self._validation.tasks if self._validation else {}),
        }
        folder = self._options.out / self.recipe.name
        export_policy(folder, self.optimiser.average, self._tokenizer, self._stats, card)
        self._log(f"exported step {self.optimiser.steps}")

    def _make_sampler(self, stats: NormStats) -> Sampler:
        return Sampler(self._store, self._config, stats, self._tokenizer, self._options.draws, self.recipe.stale)

    def _log(self, message: str) -> None:
        log(f"{self.recipe.name}: {message}", self._options.out / f"{self.recipe.name}.log")


def _table(tasks: dict[str, Errors]) -> str:
    """Held-out errors as Markdown."""
    rows = [f"| `{name}` | {e.target_mm:.1f} mm | {e.action_mm:.2f} mm/step |" for name, e in sorted(tasks.items())]
    return "\n".join(["| task | position | actions |", "|---|---|---|", *rows])
