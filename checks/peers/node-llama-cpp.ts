// node-llama-cpp: its Harmony chat wrapper, and llama.cpp's own tokenizer.
import {
  type ChatHistoryItem,
  type ChatModelFunctions,
  type ChatModelResponse,
  type ChatModelSegment,
  type GbnfJsonObjectSchema,
  getLlama,
  HarmonyChatWrapper,
  LlamaChat,
  type LlamaChatResponse,
  type LlamaContextSequence,
  LlamaLogLevel,
  type Token,
  TokenBias,
} from "node-llama-cpp";
import type { ChatRequest } from "./conversations.js";
import { ARGUMENTS, TOOL } from "./header-forms.js";

const SPECIAL = { start: 200_006, message: 200_008 };

/** A logit that no other token of the tiny model comes near. */
const CERTAIN = { logit: 1000 };

export class NodeLlamaCpp {
  readonly #sequence: LlamaContextSequence;

  private constructor(sequence: LlamaContextSequence) {
    this.#sequence = sequence;
  }

  /** @param modelPath A model with the vocabulary of gpt-oss; it need not be able to say anything. */
  static async load(modelPath: string): Promise<NodeLlamaCpp> {
    const { error: logLevel } = LlamaLogLevel;
    const llama = await getLlama({ gpu: false, build: "never", logLevel, progressLogs: false, maxThreads: 1 });
    const model = await llama.loadModel({ modelPath });
    const context = await model.createContext({ contextSize: 2048, threads: 1 });
    return new NodeLlamaCpp(context.getSequence());
  }

  /** llama.cpp's ids of a text, its markers meant as text. */
  encode(text: string): number[] {
    return this.#sequence.model.tokenize(text, false);
  }

  /** The prompt for a conversation, as text and as ids. */
  render(request: ChatRequest, today: Date): { text: string; tokens: number[] } {
    const { reasoning_effort = "medium", tools = [] } = request;
    const wrapper = new HarmonyChatWrapper({ todayDate: today, reasoningEffort: reasoning_effort });
    const functions = tools.map(({ function: { name, description, parameters } }) => [
      name,
      { description, ...(isEmpty(parameters) ? {} : { params: parameters }) },
    ]);
    const { contextText } = wrapper.generateContextState({
      chatHistory: historyOf(request),
      availableFunctions: Object.fromEntries(functions) as ChatModelFunctions,
      documentFunctionParams: true,
    });
    return { text: contextText.toString(), tokens: contextText.tokenize(this.#sequence.model.tokenizer) };
  }

  /**
   * What its chat makes of a model that wants to write a completion. The chat is the real one, with its grammars and what it
   * puts into the model's mouth; only which token the model prefers is given. Where the chat has left the completion and made
   * the model begin another message, the model gives in: it writes the arguments of a call, or else an answer.
   *
   * @param schema What the answer has to follow; no tool is declared then.
   */
  async read(completion: readonly number[], schema?: GbnfJsonObjectSchema): Promise<NodeLlamaCppReading> {
    const sequence = this.#sequence;
    await sequence.clearHistory();
    const restore = preferCompletion(sequence, completion as Token[]);
    const chat = new LlamaChat({
      contextSequence: sequence,
      chatWrapper: new HarmonyChatWrapper({ todayDate: null }),
      autoDisposeSequence: false,
    });
    try {
      const history: ChatHistoryItem[] = [
        { type: "system", text: "Help." },
        { type: "user", text: "Do it." },
        { type: "model", response: [] },
      ];
      const usual = { maxTokens: 100, temperature: 0 };
      if (schema !== undefined) {
        const grammar = await this.#sequence.model.llama.createGrammarForJsonSchema(schema);
        return readingOf(await chat.generateResponse(history, { ...usual, grammar }));
      }
      const functions = { [TOOL.name]: { description: TOOL.description, params: TOOL.parameters } };
      return readingOf(await chat.generateResponse(history, { ...usual, functions }));
    } finally {
      chat.dispose();
      restore();
    }
  }
}

/** What came out of its chat. */
export interface NodeLlamaCppReading {
  readonly calls: { readonly recipient: string; readonly arguments: string }[];
  readonly thought: string;
  readonly answer: string;
}

function readingOf(response: LlamaChatResponse<ChatModelFunctions>): NodeLlamaCppReading {
  const { functionCalls = [], fullResponse, response: answer } = response;
  const thoughts = fullResponse.filter((item) => typeof item === "object" && item.segmentType === "thought");
  return {
    calls: functionCalls.map(({ functionName, params }) => ({
      recipient: `functions.${functionName}`,
      arguments: JSON.stringify(params),
    })),
    thought: thoughts.map((item) => (item as ChatModelSegment).text).join(""),
    answer,
  };
}

/** Whether a schema is that of an object without properties, which its functions say by having no schema. */
function isEmpty(schema: object): boolean {
  return "properties" in schema && Object.keys(schema.properties as object).length === 0;
}

/**
 * A conversation as it is kept by node-llama-cpp: all that the model does until the user's next message is one item, and a call
 * holds its result. Arguments and results are values there, so that JSON is parsed.
 */
function historyOf({ messages, tools = [] }: ChatRequest): ChatHistoryItem[] {
  const history: ChatHistoryItem[] = [];
  let response: ChatModelResponse["response"] | undefined;
  for (const { role, content, reasoning_content, tool_calls } of messages) {
    if (role === "tool") continue;
    const text = typeof content === "string" ? content : (content ?? []).map((part) => part.text).join("\n");
    if (role !== "assistant") {
      response = undefined;
      history.push({ type: role === "user" ? "user" : "system", text });
      continue;
    }
    if (response === undefined) {
      response = [];
      history.push({ type: "model", response });
    }
    if (reasoning_content !== undefined) response.push(segment("thought", reasoning_content));
    if (text !== "") response.push(tool_calls === undefined ? text : segment("comment", text));
    for (const { id, function: called } of tool_calls ?? []) {
      const { description } = tools.find((tool) => tool.function.name === called.name)!.function;
      const result = messages.find((message) => message.tool_call_id === id)?.content as string;
      response.push({
        type: "functionCall",
        name: called.name,
        description,
        params: JSON.parse(called.arguments),
        result: parsedIfJson(result),
      });
    }
  }
  if (response === undefined) history.push({ type: "model", response: [] });
  return history;
}

function segment(segmentType: "thought" | "comment", text: string): ChatModelSegment {
  return { type: "segment", segmentType, text, ended: true };
}

function parsedIfJson(result: string): unknown {
  try {
    return JSON.parse(result);
  } catch {
    return result;
  }
}

const ANSWER = "I have done it.";

/** Lets a sequence prefer the tokens of a completion, one after the other. */
function preferCompletion(sequence: LlamaContextSequence, wanted: readonly Token[]): () => void {
  const { model, evaluate } = sequence;
  const idsOf = (text: string): Token[] => model.tokenize(text, true);
  const call = idsOf(`${ARGUMENTS}<|call|>`);
  const answer = idsOf(`${ANSWER}<|return|>`);

  /** What the model wants to write next, behind all that stands in the context. */
  const nextOf = (context: readonly Token[]): Token | undefined => {
    const begin = beginningOf(context);
    const written = context.slice(begin);
    if (written.every((token, index) => token === wanted[index])) return wanted[written.length];
    const message = context.lastIndexOf(SPECIAL.message as Token);
    const start = context.lastIndexOf(SPECIAL.start as Token);
    if (message < start) return undefined;
    const isCall = model.detokenize(context.slice(start, message), true).includes("to=functions.");
    return (isCall ? call : answer)[context.length - message - 1];
  };

  /** Where the completion begins: behind the assistant's start that follows the user's message. */
  const beginningOf = (context: readonly Token[]): number => {
    const user = model.tokenize("<|start|>user", true);
    let at = 0;
    for (let index = 0; index < context.length; index++) {
      if (user.every((token, offset) => context[index + offset] === token)) at = index + 1;
    }
    return context.indexOf(SPECIAL.start as Token, at) + 2;
  };

  sequence.evaluate = async function* (tokens, options) {
    const context = [...sequence.contextTokens, ...tokens];
    const tokenBias = (): TokenBias => {
      const bias = new TokenBias(model.tokenizer);
      const next = nextOf(context);
      return next === undefined || model.isEogToken(next) ? bias : bias.set(next, CERTAIN);
    };
    const tokensOfModel = evaluate.call(sequence, tokens, { ...options, tokenBias });
    try {
      let next = await tokensOfModel.next();
      while (next.done !== true) {
        // A bias cannot make a model end its turn: that is done here, unless a grammar holds it to something else.
        const preferred = nextOf(context);
        const { grammarEvaluationState: grammar } = options ?? {};
        const isFree = (grammar instanceof Function ? grammar() : grammar) === undefined;
        const token = isFree && preferred !== undefined && model.isEogToken(preferred) ? preferred : next.value;
        context.push(token);
        const replacement = yield token;
        if (replacement !== undefined) {
          context.pop();
          context.push(...[replacement].flat());
        }
        next = await tokensOfModel.next(replacement as Token);
      }
    } finally {
      await tokensOfModel.return();
    }
  };
  return () => {
    sequence.evaluate = evaluate;
  };
}
