"""Reuse around a policy of your own: awd.wrap() asks it only when the gate sees that the plan no longer fits.

A point robot follows a ball that a camera sees. The policy plans ten steps ahead; halfway the ball is moved.
"""

import awd
import numpy as np

HORIZON, SPEED = 10, 0.05


class ToyPolicy:
    """Any object with infer(obs) -> {"actions": [horizon, action_dim]}: it steers to the ball that it sees."""

    def infer(self, obs):
        red = np.argwhere(obs["observation/image"][..., 0] > 200).mean(axis=0)  # row, column of the ball
        way = np.array([red[1], red[0]]) / 224 - obs["observation/state"]
        steps = np.linalg.norm(way) / SPEED
        share = np.diff(np.minimum(np.arange(HORIZON + 1), steps)) / max(steps, 1e-9)
        return {"actions": share[:, None] * way}


def picture(ball):
    image = np.full((224, 224, 3), 90, np.uint8)
    column, row = (np.asarray(ball) * 224).astype(int)
    image[row - 12 : row + 12, column - 12 : column + 12] = (230, 30, 30)
    return image


def run(policy, moved_at=13):
    """Steps from the moment the ball is moved until the robot has it."""
    position, ball = np.array([0.1, 0.1]), np.array([0.8, 0.7])
    for step in range(100):
        if step == moved_at:
            ball = np.array([0.3, 0.8])
        if step >= moved_at and np.linalg.norm(ball - position) < 0.01:
            return step - moved_at
        obs = {"observation/image": picture(ball), "observation/state": position, "prompt": "follow the ball"}
        position = position + policy.infer(obs)["actions"][0]  # the action of this step
    return None


def main():
    # [wrap]
    policy = awd.wrap(ToyPolicy(), "mine{gate=signals,mode=aligned,max_local_outlier=0.1}")
    steps = run(policy)  # the loop calls policy.infer(obs) as it did before
    print(f"gate       {steps} steps to the moved ball, {policy.queries} queries in {policy.steps} steps")
    # [end]
    plain, blind = awd.wrap(ToyPolicy(), "none"), awd.wrap(ToyPolicy(), f"fixed:{HORIZON}")
    print(f"every step {run(plain)} steps to the moved ball, {plain.queries} queries")
    print(f"open loop  {run(blind)} steps to the moved ball, {blind.queries} queries")


if __name__ == "__main__":
    main()
