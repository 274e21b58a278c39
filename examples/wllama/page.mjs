// A chat with gpt-oss in this very page: `?model=` is the address of a GGUF file, and `?json` asks for answers that follow a
// schema.
import { LoggerWithoutDebug, Wllama } from "@wllama/wllama";
import { DeveloperContent, HarmonySession, loadHarmonyEncoding, SystemContent } from "harmony-format";
import { constraintsFor } from "harmony-format/constraints";
import { EngineTurn, wllama } from "harmony-format/engines";

const settings = new URLSearchParams(location.search);
const form = document.querySelector("form");
const { question, stop } = form.elements;
const ask = form.querySelector("button");
const status = document.querySelector("#status");

const ANSWER = {
  type: "object",
  properties: { umbrella: { type: "boolean" }, because: { enum: ["rain", "sun", "habit"] } },
  required: ["umbrella", "because"],
  additionalProperties: false,
};
const wantsJson = settings.has("json");
const constraint = wantsJson ? constraintsFor({ responseFormat: { schema: ANSWER } }) : undefined;

const encoding = loadHarmonyEncoding();
const developer = DeveloperContent.new().withInstructions("Answer briefly.");
const session = new HarmonySession(encoding, {
  messages: [
    { role: "system", content: [SystemContent.new().withReasoningEffort("Low")] },
    { role: "developer", content: [wantsJson ? developer.withResponseFormat("answer", ANSWER) : developer] },
  ],
});

const engine = wllama(await loadModel());
status.textContent = "Ready.";
ask.disabled = false;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  takeTurn(question.value);
});

async function loadModel() {
  const model = settings.get("model");
  if (model === null) throw fail("Which model? Add ?model= and the address of a GGUF file of gpt-oss to this page's.");
  const wasm = new URL("wasm/wllama.wasm", import.meta.resolve("@wllama/wllama")).href;
  const instance = new Wllama({ default: wasm }, { logger: LoggerWithoutDebug });
  const progressCallback = ({ loaded, total }) => {
    status.textContent = `Loading the model: ${Math.round((100 * loaded) / total)} %`;
  };
  try {
    await instance.loadModelFromUrl(new URL(model, location.href).href, { n_ctx: 4096, progressCallback });
  } catch (error) {
    throw fail(`The model could not be loaded: ${error.message}`);
  }
  return instance;
}

/** One turn: what the user asks, what the model thinks, and what it answers, as it comes. */
async function takeTurn(text) {
  const turn = document.querySelector("#turns").appendChild(document.createElement("section"));
  const paragraph = (className, content = "") => {
    const element = turn.appendChild(document.createElement("p"));
    element.className = className;
    element.textContent = content;
    return element;
  };
  paragraph("question", text);
  const shown = { analysis: paragraph("analysis"), commentary: paragraph("commentary"), final: paragraph("final") };

  const controller = new AbortController();
  stop.onclick = () => controller.abort(new Error("Stopped."));
  ask.disabled = true;
  stop.disabled = false;
  session.add({ role: "user", content: text });
  const tokens = session.prompt();
  const completion = new EngineTurn(
    engine,
    { tokens, encoding, maxTokens: 1024, ...(constraint === undefined ? {} : { constraint }) },
    { signal: controller.signal },
  );
  try {
    for await (const event of completion) {
      if (event.type === "delta" && event.channel in shown) shown[event.channel].textContent += event.text;
    }
    const { promptTokens, cachedTokens, completionTokens } = completion.usage;
    status.textContent = `${promptTokens} tokens read, ${cachedTokens} of them known; ${completionTokens} written.`;
  } catch (error) {
    paragraph("error", error.message);
  }
  // What was written stays in the conversation, also when it was stopped.
  const { tokens: written, finish } = completion;
  if (written.length > 0) session.addCompletion(written, finish === undefined ? {} : { finishReason: finish });
  turn.dataset.ended = finish ?? "stopped";
  stop.disabled = true;
  ask.disabled = false;
}

function fail(message) {
  status.textContent = message;
  status.className = "error";
  return new Error(message);
}
