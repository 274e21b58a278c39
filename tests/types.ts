// Checked by `npm run typecheck`: what must not compile, and that what must compile does.
import {
  Channel,
  Conversation,
  calledToolOf,
  finalText,
  fitConversation,
  HarmonyEncoding,
  HarmonyTextParser,
  Message,
  type MessageStartEvent,
  ReasoningEffort,
  Role,
  StreamableParser,
  SystemContent,
  usageOf,
} from "../src/index.js";

declare const encoding: HarmonyEncoding;

// Literals and instances alike, also mixed.
encoding.renderConversationForCompletion({ messages: [{ role: "user", content: "hi" }] }, "assistant");
encoding.renderConversationForCompletion(Conversation.fromMessages([{ role: "user", content: "hi" }]), Role.ASSISTANT);
encoding.renderConversation(
  { messages: [Message.fromRoleAndContent("user", "hi"), { role: "system", content: [SystemContent.new()] }] },
  { autoDropAnalysis: false },
);
encoding.renderConversation({
  messages: [
    {
      role: "system",
      content: [{ type: "system_content", reasoning_effort: "High", tools: { f: { name: "f", tools: [] } } }],
    },
    { role: "tool", name: "f.g", channel: null, recipient: undefined, content: [{ type: "text", text: "x" }] },
  ],
});
const role: "user" | "assistant" | "system" | "developer" | "tool" = Message.fromRoleAndContent("user", "x").role;
const back: Message = Message.fromJSON(JSON.stringify(Message.fromRoleAndContent(role, "x")));
back.withChannel(Channel.FINAL).withRecipient("functions.f").withContentType("json");

// @ts-expect-error a role that does not exist
Message.fromRoleAndContent("robot", "hi");
// @ts-expect-error case counts
encoding.renderConversation({ messages: [{ role: "User", content: "hi" }] });
// @ts-expect-error a message has content
encoding.renderConversation({ messages: [{ role: "user" }] });
// @ts-expect-error a channel is a string
encoding.renderConversation({ messages: [{ role: "user", content: "hi", channel: 3 }] });
// @ts-expect-error a channel is a string
back.withChannel(3);
// @ts-expect-error a misspelled field
encoding.renderConversation({ messages: [{ role: "user", content: "hi", chanel: "final" }] });
// @ts-expect-error a field of another format
encoding.renderConversation({ messages: [{ role: "assistant", content: "hi", tool_calls: [] }] });
// @ts-expect-error encodings are loaded, not made
new HarmonyEncoding("HarmonyGptOss", encoding.tokenizer);
// @ts-expect-error the special tokens cannot be changed
encoding.specialTokens.set("<|start|>", 1);
// @ts-expect-error a misspelled option
encoding.renderConversation({ messages: [] }, { autoDropAnalysys: true });
// @ts-expect-error the reference's spelling of an option
encoding.renderConversation({ messages: [] }, { auto_drop_analysis: true });
// @ts-expect-error an option of the wrong type
encoding.encode("x", { allowedSpecial: 3 });
// @ts-expect-error a misspelled option
encoding.encode("x", { allowedSpecials: "all" });
// @ts-expect-error the next turn's role must exist
encoding.renderConversationForCompletion({ messages: [] }, "robot");
// @ts-expect-error an effort that does not exist
SystemContent.new().withReasoningEffort("extreme");
SystemContent.new().withReasoningEffort(ReasoningEffort.LOW);
// @ts-expect-error instances are immutable
back.channel = "final";
// @ts-expect-error tokens are numbers
encoding.decode(["a"]);
// @ts-expect-error a part's type must exist
Message.fromRoleAndContents("user", [{ type: "image", url: "x" }]);

// What an engine reports is passed on as it is.
declare const finish_reason: string | null;
new HarmonyTextParser("assistant").finish({ reason: finish_reason });
// @ts-expect-error a misspelled option
new HarmonyTextParser("assistant").finish({ finish_reason });

declare const start: MessageStartEvent;
const namespace: string | undefined = calledToolOf(start)?.namespace;
const answer: string | undefined = finalText("x", { markersDropped: true }) ?? finalText([back]) ?? namespace;
// @ts-expect-error options are for text
finalText([back], { markersDropped: true });
// @ts-expect-error the text of a message cannot be set
back.text = answer ?? "";

usageOf(new StreamableParser(encoding));
// @ts-expect-error text has no tokens to count
usageOf(new HarmonyTextParser());
fitConversation(encoding, { messages: [back] }, { maxTokens: 5, shorten: ({ text }) => text, keepAnalysis: "all" });
// @ts-expect-error there is no default for the size of a context
fitConversation(encoding, { messages: [back] }, { reserve: 5 });
