"""The tokenizer: equal lengths, exact text, and the same ids as the C++ library."""

import shutil
import subprocess

import pytest

from awd_train.tokens import BOS, INSTRUCTIONS, UNK, Tokenizer, clean, state_bin, train_tokenizer
from fake_awd import TASKS

STATE = [-1.5, -1.0, -0.01, 0.0, 0.3, 0.992, 1.0, 7.0]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(train_tokenizer())


def test_all_instructions_are_equally_long(tokenizer):
    assert {prompt for _, prompt, _ in TASKS} == set(INSTRUCTIONS)
    newline = tokenizer.encode("\n")
    assert len(newline) == 1
    for prompt in INSTRUCTIONS:
        ids = tokenizer.prompt(prompt)
        assert len(ids) == 9 and ids[0] == BOS and ids[-1:] == newline
        assert len(tokenizer.state_prompt(prompt, STATE)) == 21
        assert tokenizer.is_regular(prompt)
    assert not tokenizer.is_regular("put that in the bin")
    assert tokenizer.prompt("put_the red cube\nin the bin ") == tokenizer.prompt(INSTRUCTIONS[0])
    assert clean(" a_b\n") == "a b"


def test_numbers_are_pieces_in_order(tokenizer):
    numbers = tokenizer.number_ids()
    assert len(numbers) == len(set(numbers)) == 257 and UNK not in numbers
    ids = tokenizer.state_prompt(INSTRUCTIONS[5], STATE)
    assert [numbers.index(i) - 1 for i in ids if i in numbers] == [state_bin(x) for x in STATE]


def test_tokenizer_is_reproducible_and_knows_every_character(tokenizer):
    assert train_tokenizer() == tokenizer.model
    assert UNK not in tokenizer.state_prompt("Put it on the 3rd table,  please!", [-0.5, 0.0, 1.0])


@pytest.mark.skipif(not shutil.which("spm_encode"), reason="needs Debian's sentencepiece")
def test_the_cplusplus_library_gives_the_same_ids(tokenizer, tmp_path):
    (tmp_path / "m.model").write_bytes(tokenizer.model)
    texts = [*INSTRUCTIONS, "Task: put the red cube in the bin, State: 0 17 255 -1;", "Action: ", " two  spaces"]
    command = ["spm_encode", f"--model={tmp_path / 'm.model'}", "--output_format=id"]
    out = subprocess.run(command, input="\n".join(texts), text=True, capture_output=True, check=True).stdout
    assert [[int(x) for x in line.split()] for line in out.splitlines()] == [tokenizer.encode(t) for t in texts]


def test_state_bins():
    assert [state_bin(x) for x in (-1.1, -1.0, 0.0, 0.992, 3.0)] == [-1, 0, 128, 254, 255]
