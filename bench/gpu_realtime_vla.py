#!/usr/bin/env python3
"""One pi0.5 query of the public Triton engine realtime-vla on this GPU, with random non-zero weights.

Its own benchmark times weights of zeros, which flatter a GPU. Needs a checkout of that project; prints one JSON object
with wall-clock samples in ms of `full`: pictures, noise and prompt on the GPU copied to its buffers, one graph, and the
wait for its end.

  gpu_realtime_vla.py CHECKOUT --rounds 200 --horizon 10
"""
import argparse
import contextlib
import json
import sys

import torch

from gpu_torch import samples_of

WIDTH, SIDE, ACTION_DIM = 2048, 224, 32


class RandomWeights:
    """While it lasts, torch.empty on the GPU gives normal numbers in place of whatever lies there."""

    def __enter__(self):
        self.empty = torch.empty

        def filled(*shape, **options):
            tensor = self.empty(*shape, **options)
            return tensor.normal_(0, 0.02) if self.fills and tensor.is_cuda and tensor.is_floating_point() else tensor

        self.fills = True
        torch.empty = filled
        return self

    def __exit__(self, *_):
        torch.empty = self.empty


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--text-tokens", type=int, default=21)
    parser.add_argument("--horizon", type=int, default=10)
    options = parser.parse_args()
    sys.path.insert(0, options.checkout)
    from pi05_infer import Pi05Inference
    torch.manual_seed(1)
    with torch.no_grad(), RandomWeights() as weights, contextlib.redirect_stdout(sys.stderr):  # it prints on its own
        record = Pi05Inference.record_infer_graph

        def record_with_plain_empty(model):  # what the compiler allocates for itself stays as it is
            weights.fills = False
            record(model)

        Pi05Inference.record_infer_graph = record_with_plain_empty
        prompt = torch.randn(options.text_tokens, WIDTH, dtype=torch.bfloat16)
        model = Pi05Inference({"language_embeds": prompt}, num_views=options.cameras, chunk_size=options.horizon,
                              discrete_state_input=False)
    pictures = torch.randn(options.cameras, SIDE, SIDE, 3, dtype=torch.bfloat16, device="cuda")
    noise = torch.randn(options.horizon, ACTION_DIM, dtype=torch.bfloat16, device="cuda")
    samples = {"full": samples_of(lambda: model.forward(pictures, noise), options.rounds)}
    print(json.dumps({"mode": "realtime-vla", "torch": torch.__version__, "device": torch.cuda.get_device_name(),
                      "samples_ms": samples}))


if __name__ == "__main__":
    main()
