"""Reuse around a policy of LeRobot's shape: batches of one, select_action() at every step.

The policy here is a stand-in; PI0Policy, PI05Policy, SmolVLAPolicy and ACTPolicy have the same methods.
"""

import awd
import numpy as np

HORIZON, ACTION_DIM = 10, 6


class StandIn:
    """predict_action_chunk(batch) -> [1, horizon, action_dim]."""

    def reset(self):
        pass

    def predict_action_chunk(self, batch):
        target = np.linspace(0, 1, HORIZON, dtype=np.float32)[:, None] + batch["observation.state"]
        return target[None]


def observe(step):
    """A batch of one as LeRobot has it. The arm is pushed at step 14."""
    state = np.full((1, ACTION_DIM), 0.3 if step >= 14 else 0.01 * step, np.float32)
    picture = np.full((1, 3, 224, 224), 0.4, np.float32)
    return {"observation.images.front": picture, "observation.state": state, "task": ["pick the cube"]}


def main():
    policy = StandIn()
    # [wrap]
    policy = awd.wrap(policy, "awd-aligned", state_threshold=0.15)
    policy.reset()  # at the start of every episode, as before
    for step in range(20):
        action = policy.select_action(observe(step))
        # [end]
        print(f"step {step:2d}  {policy.decision.reason:11s}  action[0] {float(action[0, 0]):+.2f}")


if __name__ == "__main__":
    main()
