// The grammar engines from npm: whether a grammar lets a text through to its end.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { getLlama, LlamaGrammar } from "node-llama-cpp";
import type { StructuralTag } from "../../src/constraints.js";

/** Whether a text is a whole one of the grammar. */
export type Judge = (text: string) => boolean | Promise<boolean>;

const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", progressLogs: false });

/** llama.cpp, which throws what it cannot parse. */
export function byLlamaCpp(grammar: string): Judge {
  const parsed = new LlamaGrammar(llama, { grammar });
  return (text) => (parsed as unknown as { _testText(text: string): boolean })._testText(text);
}

interface WebXgrammar {
  readonly Grammar: { fromStructuralTag(tag: StructuralTag): Promise<unknown> };
  readonly Testings: { isGrammarAcceptString(grammar: unknown, text: string): Promise<boolean> };
}

/** xgrammar as WebLLM has it. It is a script that expects the names of CommonJS, and hands itself out as a global. */
async function loadWebXgrammar(): Promise<WebXgrammar> {
  const names = globalThis as unknown as Record<string, unknown>;
  names.require = createRequire(import.meta.url);
  names.__filename = fileURLToPath(import.meta.url);
  await import("@mlc-ai/web-xgrammar");
  return names.xgrammar as WebXgrammar;
}

const webXgrammar = await loadWebXgrammar();

export async function byWebXgrammar(tag: StructuralTag): Promise<Judge> {
  const grammar = await webXgrammar.Grammar.fromStructuralTag(tag);
  return (text) => webXgrammar.Testings.isGrammarAcceptString(grammar, text);
}
