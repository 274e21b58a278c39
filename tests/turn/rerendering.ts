import { commonPrefixLength, HarmonySession, loadHarmonyEncoding, type MessageLike } from "../../src/index.js";

// How much of what an engine has seen stays in its cache if a conversation is rendered again from its messages, and if a
// session extends it. The table in docs/sessions.md is made here, and rerendering.test.ts checks it.

const encoding = loadHarmonyEncoding();

const thought = "<|channel|>analysis<|message|>They want f.<|end|><|start|>assistant";
const call = (header: string): string => `${thought}${header}<|message|>{"a": 1}<|call|>`;

/** Completions by what they show, in the order of the table. */
const COMPLETIONS: readonly (readonly [what: string, completion: string])[] = [
  [
    "thought and answer",
    "<|channel|>analysis<|message|>Simple.<|end|><|start|>assistant<|channel|>final<|message|>Four.<|return|>",
  ],
  [
    "preamble and call",
    `${thought}<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": 1}<|call|>`,
  ],
  ["a built-in tool", `${thought}<|channel|>analysis to=python code<|message|>print(1)<|call|>`],
  ["F1, as models write", call("<|channel|>commentary to=functions.f <|constrain|>json")],
  ["F2, as the reference", call(" to=functions.f<|channel|>commentary <|constrain|>json")],
  ["F3, as the HF template", call(" to=functions.f<|channel|>commentary json")],
  ["F4, no constrain token", call("<|channel|>commentary to=functions.f json")],
  ["F5, no space", call("<|channel|>commentary to=functions.f<|constrain|>json")],
  ["F6, no type", call("<|channel|>commentary to=functions.f")],
  ["F7, on analysis", call("<|channel|>analysis to=functions.f code")],
  ["F9, role first, no type", call(" to=functions.f<|channel|>commentary")],
  ["F10, on final", call("<|channel|>final to=functions.f <|constrain|>json")],
  ["the channel twice", call("<|channel|>commentary to=functions.f<|channel|>commentary json")],
  ["no start token", "<|channel|>analysis<|message|>Simple.<|end|><|channel|>final<|message|>Four.<|return|>"],
  ["no message token", "<|channel|>analysis<|message|>Simple.<|end|><|start|>assistant<|channel|>finalFour.<|return|>"],
];

const asked: readonly MessageLike[] = [{ role: "user", content: "Hi" }];

/** The rows of the table: tokens of a completion, and how many of them are reused in the next prompt. */
export function rows(): string[] {
  return COMPLETIONS.map(([what, text]) => {
    const session = new HarmonySession(encoding, { messages: asked }, { keepAnalysis: "all" });
    const prompt = session.prompt();
    const completion = encoding.encode(text, { allowedSpecial: "all" });
    const { messages } = session.addCompletion(completion);
    const recipient = messages.at(-1)?.recipient;
    const added: MessageLike[] =
      recipient === undefined
        ? [{ role: "user", content: "And now?" }]
        : [{ role: "tool", name: recipient, recipient: "assistant", channel: "commentary", content: "1" }];
    session.add(...added);
    const seen = [...prompt, ...completion];
    const rendered = (["role", "channel"] as const).map((recipientPlace) => {
      const conversation = { messages: [...asked, ...messages, ...added] };
      const again = encoding.renderConversationForCompletion(conversation, "assistant", {
        keepAnalysis: "all",
        recipientPlace,
      });
      return Math.max(0, commonPrefixLength(again, seen) - prompt.length);
    });
    const inSession = commonPrefixLength(session.prompt(), seen) - prompt.length;
    return `| ${what} | ${completion.length} | ${rendered.join(" | ")} | ${inSession} |`;
  });
}
