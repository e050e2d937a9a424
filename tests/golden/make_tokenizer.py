"""Makes tests/golden/robot_io/tokenizer.model: a small SentencePiece model that behaves like PaliGemma's.

    python tests/golden/make_tokenizer.py        (needs sentencepiece)

Like PaliGemma's: BPE, pad 0, eos 1, bos 2, unk 3, bytes for characters it has never seen, digits one by one, spaces kept as
they are and none put in front, newlines (one and several) as pieces of their own. Other than PaliGemma's: 512 pieces.
"""
import io
import itertools
import pathlib

import sentencepiece

OUT = pathlib.Path(__file__).parent / "robot_io" / "tokenizer.model"
VERBS = ("pick up", "put", "place", "open", "close", "push", "fold", "turn on", "move")
THINGS = ("the red cube", "the black bowl", "the cream cheese box", "the middle drawer", "the stove", "the towel",
          "the alphabet soup", "the plate", "the wine bottle", "the fork")
PLACES = ("on the plate", "in the basket", "into the top drawer", "on the stove", "to the left of the caddy", "in the bin")


def sentences():
    for verb, thing, place in itertools.product(VERBS, THINGS, PLACES):
        yield f"{verb} {thing} {place}"
        yield f"Task: {verb} {thing} {place}, State: 128 0 255 -1;"
    yield "Action: "
    yield "  two spaces,   three.    Four!"
    yield from (chr(code) for code in range(33, 127))


def main():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=sentences(), model_writer=model, vocab_size=512, model_type="bpe", byte_fallback=True,
        normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False, split_digits=True,
        allow_whitespace_only_pieces=True, character_coverage=1.0, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
        user_defined_symbols=["\n", "\n\n", "\n\n\n", "<unused0>"], num_threads=1, minloglevel=2)
    OUT.write_bytes(model.getvalue())


if __name__ == "__main__":
    main()
