// The main job from end to end: render a conversation with tools to the tokens of a prompt, then read a completion as
// it streams. Run it with `npm start`.
import {
  Conversation,
  DeveloperContent,
  loadHarmonyEncoding,
  Message,
  ReasoningEffort,
  Role,
  StreamableParser,
  StreamState,
  SystemContent,
  ToolDescription,
} from "harmony-format";

const encoding = loadHarmonyEncoding();

const conversation = Conversation.fromMessages([
  Message.fromRoleAndContent(
    Role.SYSTEM,
    SystemContent.new().withReasoningEffort(ReasoningEffort.HIGH).withConversationStartDate("2026-11-21"),
  ),
  Message.fromRoleAndContent(
    Role.DEVELOPER,
    DeveloperContent.new()
      .withInstructions("Answer in one sentence.")
      .withFunctionTools([
        ToolDescription.new("find_me", "Tells where the user is."),
        ToolDescription.new("forecast", "Forecasts the weather of one day.", {
          type: "object",
          properties: {
            place: { type: "string", description: "A city, such as Lisbon" },
            day: { type: "string", enum: ["today", "tomorrow"], default: "today" },
          },
          required: ["place"],
        }),
      ]),
  ),
  Message.fromRoleAndContent(Role.USER, "Do I need an umbrella in Lisbon?"),
]);

const prompt = encoding.renderConversationForCompletion(conversation, Role.ASSISTANT);
console.log(`— The prompt, ${prompt.length} tokens, as the model sees it —\n`);
console.log(encoding.decodeUtf8(prompt));
console.log(`\nfirst ids: ${prompt.slice(0, 12).join(" ")} …`);

// What a model answered to this prompt. A server would hand these ids over one by one.
const completion = encoding.encode(
  "<|channel|>analysis<|message|>The forecast will tell.<|end|><|start|>assistant<|channel|>commentary " +
    'to=functions.forecast <|constrain|>json<|message|>{"place":"Lisbon"}<|call|>',
  { allowedSpecial: "all" },
);

console.log(`\n— The completion, ${completion.length} tokens, as it streams —`);
const parser = new StreamableParser(encoding, Role.ASSISTANT, { mode: "resilient", tools: ["find_me", "forecast"] });
let line = "";
for (const token of completion) {
  const wasInContent = parser.state === StreamState.CONTENT;
  parser.process(token);
  if (parser.state === StreamState.CONTENT && !wasInContent) {
    const { currentRole, currentChannel, currentRecipient, currentContentType } = parser;
    line = `role ${currentRole} | channel ${currentChannel} | recipient ${currentRecipient ?? "–"} | content type ${currentContentType ?? "–"}`;
    console.log(`\n${line}`);
    process.stdout.write("deltas: ");
  }
  if (parser.lastContentDelta !== undefined) process.stdout.write(`[${parser.lastContentDelta}]`);
}
parser.processEos();

console.log("\n\n— The messages, ready to be added to the conversation —\n");
for (const message of parser.messages) console.log(JSON.stringify(message));
