"""Prompts as token ids: the SentencePiece model of the tiny policies and the prompt formats of pi0 and pi0.5."""

from __future__ import annotations

import io
import string
from collections.abc import Sequence

import sentencepiece

PAD, EOS, BOS, UNK = 0, 1, 2, 3
VOCAB = 192
STATE_BINS = 256  # of the discretised state in a pi0.5 prompt, over [-1, 1]

# Words a prompt may use; each is common enough in the corpus below to become one piece.
_VERBS = ("put", "place", "move", "drop")
_COLOURS = ("red", "green", "blue")
_SHAPES = ("cube", "cylinder", "box", "block", "can", "object")
_TARGETS = ("in the bin", "into the bin", "inside the bin", "on the table")


def corpus() -> list[str]:
    """Sentences the tokenizer is trained on: instructions, state prompts, and every printable character."""
    instructions = [
        f"{verb} the {colour} {shape} {target}"
        for verb in _VERBS
        for colour in _COLOURS
        for shape in _SHAPES
        for target in _TARGETS
    ]
    states = [f"Task: {text}, State: {8 * i % 256} {i % 256};" for i, text in enumerate(instructions)]
    return instructions + states + ["Action: "] * 20 + [string.digits + string.ascii_letters + string.punctuation]


def train_tokenizer(vocab: int = VOCAB) -> bytes:
    """The serialised BPE model. No dummy prefix and no normalisation, so pieces join back to the exact text;
    a newline is a piece of its own, because every pi0 prompt ends with one."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_writer=model,
        model_type="bpe",
        vocab_size=vocab,
        pad_id=PAD,
        eos_id=EOS,
        bos_id=BOS,
        unk_id=UNK,
        user_defined_symbols=["\n"],
        required_chars=string.digits + string.ascii_letters + string.punctuation,
        character_coverage=1.0,
        split_digits=True,
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


class Tokenizer:
    """Text to ids with a serialised SentencePiece model."""

    def __init__(self, model: bytes) -> None:
        self.model = model
        self._pieces = sentencepiece.SentencePieceProcessor(model_proto=model)

    @property
    def vocab(self) -> int:
        return self._pieces.vocab_size()

    def encode(self, text: str) -> list[int]:
        return self._pieces.encode(text)

    def prompt(self, text: str) -> list[int]:
        """Ids of pi0 and of pi0.5 without state: BOS, the cleaned instruction, a newline."""
        return [BOS, *self.encode(clean(text)), *self.encode("\n")]

    def state_prompt(self, text: str, state: Sequence[float]) -> list[int]:
        """Ids of pi0.5 with the normalised state written into the prompt."""
        bins = " ".join(str(state_bin(x)) for x in state)
        return [BOS, *self.encode(f"Task: {clean(text)}, State: {bins};\nAction: ")]


def clean(text: str) -> str:
    return text.strip().replace("_", " ").replace("\n", " ")


def state_bin(x: float) -> int:
    """Bin 0..255 of x in [-1, 1]; -1 below, 255 above."""
    if x < -1:
        return -1
    return min(int((x + 1) * STATE_BINS / 2), STATE_BINS - 1)
