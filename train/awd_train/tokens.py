"""Prompts as token ids: the SentencePiece model of the tiny policies and the prompt formats of pi0 and pi0.5."""

from __future__ import annotations

import io
import string
from collections.abc import Sequence

import sentencepiece

PAD, EOS, BOS, UNK = 0, 1, 2, 3
STATE_BINS = 256  # of the discretised state in a pi0.5 prompt, over [-1, 1)

INSTRUCTIONS = (
    "put the red cube in the bin",
    "put the green cylinder in the bin",
    "put the blue box in the bin",
    "stack the red cube on the blue box",
    "push the blue box to the mark",
    "press the button",
    "pick the green cylinder from the turntable",
)

# Every instruction becomes equally many pieces, so that a batch needs neither padding nor masks. A word of this list is
# one piece, "on the" as well; other words ("press") fall apart into characters.
_WORDS = (
    *("put", "stack", "push", "pick"),
    *(" the", " in", " on the", " to", " from"),
    *(" red", " green", " blue", " yellow", " cube", " cylinder", " box"),
    *(" bin", " mark", " button", " turntable"),
)
# Parts of the state prompt. A number is one piece: each state dimension keeps its place in the prompt.
_STATE_PARTS = ("Task: ", ", State:", "Action: ")
_NUMBERS = tuple(f" {i}" for i in range(-1, STATE_BINS))


def train_tokenizer() -> bytes:
    """The serialised model: the pieces above, and every printable character as a piece. No dummy prefix and no
    normalisation, so pieces join back to the exact text; newline is a piece, because every pi0 prompt ends with one."""
    characters = string.digits + string.ascii_letters + string.punctuation
    pieces = [piece.replace(" ", "\u2581") for piece in (" ", *_WORDS, *_STATE_PARTS, *_NUMBERS)]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*INSTRUCTIONS, characters]),
        model_writer=model,
        model_type="char",
        vocab_size=len(pieces) + len(characters) + 5,  # four marks, newline
        hard_vocab_limit=False,
        pad_id=PAD,
        eos_id=EOS,
        bos_id=BOS,
        unk_id=UNK,
        user_defined_symbols=["\n", *pieces],
        required_chars=characters,
        character_coverage=1.0,
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

    def number_ids(self) -> list[int]:
        """Piece of each number -1..255 as it stands in a state prompt."""
        return [self._pieces.piece_to_id(number.replace(" ", "\u2581")) for number in _NUMBERS]

    def is_regular(self, text: str) -> bool:
        """Whether an instruction has as many tokens as the known ones."""
        return len(self.prompt(text)) == len(self.prompt(INSTRUCTIONS[0]))


def clean(text: str) -> str:
    return text.strip().replace("_", " ").replace("\n", " ")


def state_bin(x: float) -> int:
    """Bin 0..255 of x in [-1, 1); -1 below, 255 above."""
    if x < -1:
        return -1
    return min(int((x + 1) * STATE_BINS / 2), STATE_BINS - 1)
