#!/usr/bin/env python3
"""One pi0.5 query in PyTorch on a GPU, at full geometry with random weights: the peer of bench/gpu.sh.

The model is pi05_torch.py's "merged" one, which has the algebra of `awd`. Modes:
  graph    PyTorch's operations in CUDA graphs
  compile  torch.compile (max-autotune) of vision, prefix and one flow step, then in CUDA graphs
The inputs lie on the GPU already and nothing is copied back: a little less than what `awd bench` times. Prints one JSON
object with wall-clock samples in ms of `full` and `reuse` (the flow on held keys).

  gpu_torch.py --mode graph --rounds 200 --horizon 10
"""
import argparse
import json
import time

import torch

from pi05_torch import Pi05

WARM_UP = 20


def recorded(work):
    """`work` as a CUDA graph; its replay."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(side)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def compiled(model):
    """Compiles the model's stages in place."""
    mode = "max-autotune-no-cudagraphs"
    model.vision = torch.compile(model.vision, mode=mode)
    model.prefix = torch.compile(model.prefix, mode=mode)
    model.velocity = torch.compile(model.velocity, mode=mode)


def samples_of(run, rounds):
    for _ in range(WARM_UP):
        run()
    torch.cuda.synchronize()
    samples = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        samples.append((time.perf_counter() - start) * 1e3)
    return samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=["graph", "compile"], default="graph")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--text-tokens", type=int, default=21)
    parser.add_argument("--horizon", type=int, default=10)
    parser.add_argument("--flow-steps", type=int, default=10)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_default_device("cuda")
    with torch.no_grad():
        model = Pi05(options.cameras, options.text_tokens, options.horizon, options.flow_steps, merged=True)
        if options.mode == "compile":
            compiled(model)

        def full():
            model.prefix(model.vision())
            return model.denoise()

        first, again = full().clone(), full()
        if not torch.isfinite(first).all() or not torch.allclose(first, again, rtol=0, atol=1e-2):
            raise SystemExit("gpu_torch.py: wrong answer: not finite, or two equal queries differ")
        samples = {"full": samples_of(recorded(full), options.rounds),
                   "reuse": samples_of(recorded(model.denoise), options.rounds)}
    print(json.dumps({"mode": options.mode, "torch": torch.__version__, "device": torch.cuda.get_device_name(),
                      "samples_ms": samples}))


if __name__ == "__main__":
    main()
