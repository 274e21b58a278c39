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
    SystemContent.new().withReasoningEffort(ReasoningEffort.HIGH).withConversationStartDate("2025-06-28"),
  ),
  Message.fromRoleAndContent(
    Role.DEVELOPER,
    DeveloperContent.new()
      .withInstructions("Always respond in riddles")
      .withFunctionTools([
        ToolDescription.new("get_location", "Gets the location of the user."),
        ToolDescription.new("get_current_weather", "Gets the current weather in the provided location.", {
          type: "object",
          properties: {
            location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
            format: { type: "string", enum: ["celsius", "fahrenheit"], default: "celsius" },
          },
          required: ["location"],
        }),
      ]),
  ),
  Message.fromRoleAndContent(Role.USER, "What is the weather like in SF?"),
]);

const prompt = encoding.renderConversationForCompletion(conversation, Role.ASSISTANT);
console.log(`— The prompt, ${prompt.length} tokens, as the model sees it —\n`);
console.log(encoding.decodeUtf8(prompt));
console.log(`\nfirst ids: ${prompt.slice(0, 12).join(" ")} …`);

// What a model answered to this prompt. A server would hand these ids over one by one.
const completion = encoding.encode(
  "<|channel|>analysis<|message|>Need to use function get_current_weather.<|end|><|start|>assistant<|channel|>commentary " +
    'to=functions.get_current_weather <|constrain|>json<|message|>{"location":"San Francisco, CA"}<|call|>',
  { allowedSpecial: "all" },
);

console.log(`\n— The completion, ${completion.length} tokens, as it streams —`);
const parser = new StreamableParser(encoding, Role.ASSISTANT);
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
