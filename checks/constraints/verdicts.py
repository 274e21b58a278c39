"""Asks the grammar engines from PyPI which completions they let through. JSON in, JSON out.

In: {"vocabulary": [base64 of a token's bytes, by id], "special": {marker: id}, "stop": [ids],
     "questions": [{"lark": grammar, "tag": structural tag, "stop": [ids], "completions": [[ids]]}]}
Out: for each question {"lark": [verdicts], "tag": [verdicts]}, a verdict being a list of the stop tokens that the
engine lets through behind the completion; none if it does not let the completion through.
"""

import base64
import json
import sys
from unittest.mock import MagicMock

import llguidance
import tvm_ffi  # noqa: F401: must come before the stand-ins, for it looks for torch

# Only a running model needs these.
for name in ("torch", "transformers", "triton"):
    sys.modules[name] = MagicMock()
import xgrammar  # noqa: E402


def main():
    request = json.load(sys.stdin)
    ranks = [base64.b64decode(token) for token in request["vocabulary"]]
    special = request["special"]
    stop = request["stop"]
    tokenizer = llguidance.LLTokenizer.from_tiktoken(
        encoder={token: rank for rank, token in enumerate(ranks)},
        special_tokens=special,
        pattern=r"[^\p{L}\p{N}]+|\p{L}+|\p{N}",
        eos_token=stop,
        n_vocab=max(special.values()) + 1,
    )
    vocabulary = [*ranks, *(b"" for _ in range(max(special.values()) + 1 - len(ranks)))]
    for marker, token in special.items():
        vocabulary[token] = marker.encode()
    info = xgrammar.TokenizerInfo(vocabulary, vocab_type=xgrammar.VocabType.RAW, stop_token_ids=stop)
    compiler = xgrammar.GrammarCompiler(info)
    answers = [
        {
            "lark": [by_llguidance(tokenizer, question["lark"], ids, stop) for ids in question["completions"]],
            "tag": by_xgrammar(compiler, question["tag"], question["completions"], question["stop"]),
        }
        for question in request["questions"]
    ]
    json.dump(answers, sys.stdout)


def by_llguidance(tokenizer, grammar, ids, stop):
    def matcher():
        made = llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_lark(grammar))
        if made.is_error():
            raise ValueError(made.get_error())
        return made

    if matcher().try_consume_tokens(ids) < len(ids):
        return []
    allowed = []
    for token in stop:
        one = matcher()
        one.try_consume_tokens(ids)
        if one.try_consume_tokens([token]) == 1 and (one.is_accepting() or one.is_stopped()):
            allowed.append(token)
    return allowed


def by_xgrammar(compiler, tag, completions, stop):
    grammar = compiler.compile_structural_tag(tag)
    verdicts = []
    for ids in completions:
        matcher = xgrammar.GrammarMatcher(grammar, override_stop_tokens=stop)
        allowed = []
        if all(matcher.accept_token(token) for token in ids):
            for token in stop:
                if matcher.accept_token(token):
                    allowed.append(token)
                    matcher.rollback(1)
        verdicts.append(allowed)
    return verdicts


main()
