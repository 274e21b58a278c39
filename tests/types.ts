// Checked by `npm run typecheck`: what must not compile, and that what must compile does.
import { Channel, Conversation, HarmonyEncoding, Message, ReasoningEffort, Role, SystemContent } from "../src/index.js";

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
