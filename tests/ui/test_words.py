"""The tables of words."""

from desk.model.command import ChaseMode, OnCap, OnTtl, Peg
from desk.ui.words import CHASE_OPTIONS, CHASE_WORDS, MODES, ORDER_FLAGS, PEGS, VERBS


def test_every_verb_is_written_as_its_usage_says():
    assert all(verb.usage.split()[0] == name and verb.example.split()[0] == name for name, verb in VERBS.items())


def test_no_word_means_two_things_in_one_line():
    assert len(set(CHASE_WORDS)) == len(CHASE_WORDS)
    assert len(set(ORDER_FLAGS)) == len(ORDER_FLAGS)


def test_every_choice_of_the_vocabulary_can_be_written():
    assert set(PEGS) == set(Peg)
    assert set(MODES) == set(ChaseMode)
    assert (set(CHASE_OPTIONS["oncap"]), set(CHASE_OPTIONS["onttl"])) == (set(OnCap), set(OnTtl))
