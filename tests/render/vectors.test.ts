import { expect, test } from "vitest";
import {
  Conversation,
  HarmonyError,
  loadHarmonyEncoding,
  Message,
  type Role,
  renderConversationParts,
} from "../../src/index.js";
import { readVectors } from "../vectors/read.js";

interface Refusal {
  error?: string;
  message?: string;
}

interface RenderRow extends Refusal {
  conversation: string;
  op: "completion" | "conversation" | "training";
  next_role?: Role;
  auto_drop_analysis: boolean;
  tokens?: number[];
  text?: string;
}

interface RenderMessageRow extends Refusal {
  input: string;
  options: { conversation_has_function_tools: boolean };
  tokens?: number[];
}

const encoding = loadHarmonyEncoding();

/** The kind of a refusal, from the reference's sentence; its JSON reader's wording is its own. */
const KINDS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/Tools should have a name!/, ["tool-without-name"]],
  [/Content may only appear in/, ["misplaced-content"]],
  [/missing field/, ["missing-field"]],
  [/duplicate field/, ["duplicate-field"]],
  [/unknown variant `.*`, expected one of `user`/s, ["unknown-role"]],
  [/unknown variant `.*`, expected one of `text`/s, ["unknown-content-type"]],
  [/unknown variant `.*`, expected one of `Low`/s, ["unknown-reasoning-effort"]],
  [/invalid type/, ["wrong-type"]],
  [/number out of range/, ["number-out-of-range"]],
  [/recursion limit exceeded/, ["json-too-deep"]],
  [/invalid (conversation|message) JSON/, ["invalid-json"]],
];

function kindsOf(message: string): readonly string[] {
  return KINDS.find(([pattern]) => pattern.test(message))?.[1] ?? [`no kind for: ${message}`];
}

function refusalOf(run: () => unknown): HarmonyError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof HarmonyError) return error;
    throw error;
  }
}

function checkRefusal(error: HarmonyError | undefined, row: Refusal, context: string): void {
  expect(error, context).toBeDefined();
  expect(kindsOf(row.message ?? ""), `${context}\n${row.message}\n${error?.message}`).toContain(error?.code);
  if (error?.code === "tool-without-name" || error?.code === "misplaced-content") {
    expect(error.message).toBe(row.message);
  }
}

test("conversations render to the reference's tokens", () => {
  const counts = new Map<string, number>();
  for (const row of readVectors<RenderRow>("render")) {
    const config = { autoDropAnalysis: row.auto_drop_analysis };
    const render = (): number[] => {
      const conversation = Conversation.fromJSON(row.conversation);
      if (row.op === "completion") {
        return encoding.renderConversationForCompletion(conversation, row.next_role ?? "assistant", config);
      }
      return row.op === "training"
        ? encoding.renderConversationForTraining(conversation, config)
        : encoding.renderConversation(conversation, config);
    };
    if (row.tokens === undefined) {
      checkRefusal(refusalOf(render), row, row.conversation);
    } else {
      expect(render(), row.conversation).toEqual(row.tokens);
      const parts = renderConversationParts(Conversation.fromJSON(row.conversation), {
        ...config,
        nextTurnRole: row.next_role,
        training: row.op === "training",
      });
      expect(parts.map(({ text }) => text).join("")).toBe(row.text);
    }
    const kind = `${row.op} ${row.tokens === undefined ? "refused" : "rendered"}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  console.log(`render: 0 mismatches in ${JSON.stringify(Object.fromEntries(counts))}`);
});

test("conversations given as plain objects render alike, where JSON.parse keeps what counts", () => {
  let compared = 0;
  for (const row of readVectors<RenderRow>("render")) {
    if (row.tokens === undefined || row.op !== "conversation") continue;
    const plain = JSON.parse(row.conversation);
    if (JSON.stringify(plain) !== row.conversation.replace(/(": |, )(?=["[{\dtfn-])/g, (found) => found.trim()))
      continue;
    expect(encoding.renderConversation(plain, { autoDropAnalysis: row.auto_drop_analysis })).toEqual(row.tokens);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(20);
});

test("single messages render to the reference's tokens", () => {
  const counts = { rendered: 0, refused: 0 };
  for (const row of readVectors<RenderMessageRow>("render_message")) {
    const options = { conversationHasFunctionTools: row.options.conversation_has_function_tools };
    const render = (): number[] => encoding.render(Message.fromJSON(row.input), options);
    if (row.tokens === undefined) {
      checkRefusal(refusalOf(render), row, row.input);
      counts.refused += 1;
    } else {
      expect(render(), row.input).toEqual(row.tokens);
      counts.rendered += 1;
    }
  }
  console.log(`render_message: 0 mismatches in ${JSON.stringify(counts)}`);
});
