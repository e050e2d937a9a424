"""AWD: decide at every control step whether the last query of a robot policy may be used again.

Gate: the decision alone. wrap(): reuse around a policy of yours. Engine and Policy: pi0 and pi0.5 by AWD's own engine.
"""

from awd._core import REASONS, SIGNALS, ActResult, Decision, Engine, Error, Gate, Policy
from awd._core import VERSION as __version__
from awd._view import View
from awd._wrap import InferReuse, Reuse, SelectReuse, wrap

__all__ = [
    "REASONS", "SIGNALS", "ActResult", "Decision", "Engine", "Error", "Gate", "InferReuse", "Policy", "Reuse",
    "SelectReuse", "View", "__version__", "wrap",
]
