import type { DiagnosticCode } from "../../text.js";

/** How to avoid each departure from the format: what `docs/diagnostics.md` says, which a test compares. */
export const REMEDIES: Readonly<Record<DiagnosticCode, string>> = {
  "white-space-between-messages": "a server that puts no white space between special tokens.",
  "stray-text": "nothing but sampling helps; it is rare.",
  "stray-stop": "nothing to do: the messages are complete.",
  "repeated-start": "end the prompt with `<|start|>assistant`, not with `<|start|>`.",
  "incomplete-header": "leave room for the completion; do not append a start token to what a model wrote.",
  "orphaned-output":
    "stop at call and return, or set `continueAfterCall` if the engine lets the model make several calls.",
  "missing-start": "give the role that the prompt ends with; a server must not swallow start tokens.",
  "missing-message-token":
    "end the prompt with `<|start|>assistant`: models forget the format if the prompt ends differently.",
  "missing-end": "keep the stop tokens in the output (`include_stop_str_in_output` in vLLM).",
  "endoftext-as-end": "make it a stop token, too.",
  "incomplete-call":
    'leave room for the completion; keep the stop token in the output. If the engine swallows it, say that the model stopped: `parser.finish({ reason: "stop" })`. The message is complete then, and its ending is `call`.',
  "message-too-long":
    "limit the completion (`max_tokens`, `n_predict`): a model that repeats itself does not stop by itself.",
  "white-space-in-header": "a server that puts no white space between special tokens.",
  "missing-role": "nothing but sampling helps.",
  "repeated-role": "end the prompt with `<|start|>assistant` once.",
  "unknown-role": "declare the tools that the prompt declares, by the option `tools`.",
  "channel-as-role": "nothing but sampling helps.",
  "tool-as-role": "tell the model in the developer message how tools are called; the renderer does.",
  "channel-without-marker": "keep the special tokens in the output.",
  "channel-without-name": "nothing but sampling helps.",
  "unknown-channel": "announce the channels in the system message (`# Valid channels: \u2026`); the renderer does.",
  "inexact-channel": "announce the channels in the system message.",
  "repeated-channel": "nothing but sampling helps.",
  "inexact-content-type":
    "set the type to `<|constrain|>json` in the messages of the history, as models imitate what they see.",
  "recipient-is-author": "in the history, only the results of tools are `to=assistant`.",
  "repeated-recipient": "in the history, a header names its recipient once.",
  "empty-recipient": "nothing but sampling helps.",
  "bare-recipient": "nothing but sampling helps. Declare the tools to the parser, too, by the option `tools`.",
  "inexact-recipient":
    "keep the special tokens in the output: a server that drops `<|constrain|>` can glue the type to the name. Declare the tools to the parser, too, by the option `tools`.",
  "recipient-as-content-type":
    "constrain the header by a grammar. Declare the tools to the parser, too, by the option `tools`.",
  "undeclared-tool": "say in the developer message which tools there are; constrain the header by a grammar.",
  "unexpected-header-words":
    "nothing but sampling helps. If a declared tool's name is among them, give the parser the option `tools`.",
  "control-in-header": "nothing but sampling helps.",
  "control-in-content": "nothing but sampling helps; grammar-constrained decoding can forbid it.",
  "broken-character": "a completion that is cut off can end inside a character; otherwise nothing but sampling helps.",
  "unknown-token":
    "some engines pad the vocabulary to a round size; the logits of the ids in the padding should be masked.",
};
