"""Makes the LeRobot golden data sets with LeRobot's own writer, which decides the layout by its version:

    lerobot==0.3.3 (layout v2.1):  python make_goldens.py v21
    lerobot==0.4.4 (layout v3.0):  python make_goldens.py v30
    pyarrow alone, after v21:      python make_goldens.py broken

Three episodes of 5, 4 and 6 frames at 10 Hz, 64 x 96 pixels; frame t of episode e has
state (e, t, t / 2), action (10 e + t, -1 before t = 2 else 1), base picture all (40 + 60 e, 20 + 30 t, 60),
wrist picture all (200 - 30 t, 50, 40 + 60 e). v21 keeps the wrist pictures in the table (PNG), all others are AV1 videos.
"""
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
EPISODES = [(5, "pick the red cube"), (4, "push the button"), (6, "pick the red cube")]


def frame(episode, t):
    import numpy as np

    base = np.empty((64, 96, 3), np.uint8)
    base[:] = [40 + 60 * episode, 20 + 30 * t, 60]
    wrist = np.empty((64, 96, 3), np.uint8)
    wrist[:] = [200 - 30 * t, 50, 40 + 60 * episode]
    return {
        "observation.state": np.array([episode, t, 0.5 * t], np.float32),
        "action": np.array([10 * episode + t, -1 if t < 2 else 1], np.float32),
        "observation.images.wrist": wrist,
        "observation.images.base": base,
    }


def make_dataset(name):
    from lerobot.datasets.lerobot_dataset import CODEBASE_VERSION, LeRobotDataset

    expected = {"v21": "v2.1", "v30": "v3.0"}[name]
    if CODEBASE_VERSION != expected:
        sys.exit(f"expected a lerobot that writes {expected}, got one that writes {CODEBASE_VERSION}")
    picture = {"shape": (64, 96, 3), "names": ["height", "width", "channels"]}
    features = {
        "observation.state": {"dtype": "float32", "shape": (3,), "names": ["episode", "frame", "half"]},
        "action": {"dtype": "float32", "shape": (2,), "names": ["number", "gripper"]},
        "observation.images.wrist": {"dtype": "image" if name == "v21" else "video", **picture},
        "observation.images.base": {"dtype": "video", **picture},
    }
    out = HERE / name
    shutil.rmtree(out, ignore_errors=True)
    dataset = LeRobotDataset.create("awd/golden", fps=10, features=features, root=out, use_videos=True)
    for episode, (length, task) in enumerate(EPISODES):
        for t in range(length):
            if name == "v21":
                dataset.add_frame(frame(episode, t), task=task)
            else:
                dataset.add_frame({**frame(episode, t), "task": task})
        dataset.save_episode()
    if name == "v30":
        dataset.finalize()
    # What a reader of frames does not need.
    shutil.rmtree(out / "images", ignore_errors=True)
    for extra in ("stats.json", "episodes_stats.jsonl"):
        (out / "meta" / extra).unlink(missing_ok=True)


def make_broken():
    """Episode 1 of v21 as broken tables: one action not finite, one null, a column left out, one of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = HERE / "broken"
    out.mkdir(exist_ok=True)
    table = pq.read_table(HERE / "v21/data/chunk-000/episode_000001.parquet")
    actions = table.column("action").to_pylist()
    place = table.column_names.index("action")

    def write(name, values, kind):
        pq.write_table(table.set_column(place, "action", pa.array(values, kind)), out / name)

    write("nan.parquet", [*actions[:2], [float("nan"), 1.0], actions[3]], pa.list_(pa.float32()))
    write("null.parquet", [*actions[:2], None, actions[3]], pa.list_(pa.float32()))
    write("text.parquet", ["a", "b", "c", "d"], pa.string())
    pq.write_table(table.drop_columns(["action"]), out / "no_action.parquet")


if __name__ == "__main__":
    make_broken() if sys.argv[1] == "broken" else make_dataset(sys.argv[1])
