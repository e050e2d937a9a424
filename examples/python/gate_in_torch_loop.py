"""The gate in a control loop of your own, around a model whose attention weights the pictures.

With PyTorch the model is a torch module and the gate reads its tensors; without, NumPy stands in for it.
"""

import awd
import numpy as np

try:
    import torch
except ImportError:
    torch = None

HORIZON, ACTION_DIM, STEPS = 8, 7, 24


class Model:
    """A stand-in for a network: chunk and attention over the 16 x 16 patches, from one picture and the state."""

    def __init__(self):
        self.weights = np.random.default_rng(0).normal(0, 0.1, (8, ACTION_DIM)).astype(np.float32)
        if torch is not None:
            self.weights = torch.from_numpy(self.weights)

    def __call__(self, image, state):
        xp = np if torch is None else torch
        bright = image.reshape(16, 14, 16, 14, 3) / 255.0
        bright = bright.mean((1, 3, 4)) if torch is None else bright.mean(dim=(1, 3, 4))
        attention = xp.exp(8 * bright) / xp.exp(8 * bright).sum()
        chunk = xp.tanh(state @ self.weights)[None] * xp.ones((HORIZON, 1))
        return chunk, attention[None]


def observe(step):
    """Picture and state of this step, as tensors where there is torch. A lamp goes on at step 12."""
    image = np.full((224, 224, 3), 60, np.uint8)
    image[100:140, 60:100] = 220
    if step >= 12:
        image[40:120, 120:200] = 250
    state = np.full(8, 0.001 * step, np.float32)
    return (image, state) if torch is None else (torch.from_numpy(image), torch.from_numpy(state))


def main():
    model = Model()
    # [loop]
    gate = awd.Gate(gate="awd", state_threshold=0.05, drift_threshold=0.05)
    gate.reset()  # at the start of every episode
    for step in range(STEPS):
        image, state = observe(step)
        decision = gate.decide([image], state)
        if decision.recompute:
            chunk, attention = model(image, state)
            gate.hold([image], state, chunk=chunk, importance=attention)
        action = chunk[gate.row]  # to the robot
        # [end]
        print(f"step {step:2d}  {decision.reason:12s}  age {decision.age}  action[0] {float(action[0]):+.3f}")


if __name__ == "__main__":
    main()
