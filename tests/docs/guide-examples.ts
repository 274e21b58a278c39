import { lineAt, PAGES, readPage } from "./code-blocks.js";

// The examples of the guide that are not programs. A block is known by the words behind its fence:
//
//   json conversation    what is rendered
//   harmony prompt       the text that it must give
//   harmony completion   what is parsed, behind a prompt that ends with the role assistant
//   json messages        the messages that the resilient mode must read in it
//   text diagnostics     what it must report, a line for each: its code, and what was done; without the block, nothing
//   text reference       the error of the reference, and of the strict mode; without the block, they must agree
//   json vllm, …         the body of a request, by the function of `harmony-format/engines` that sends it

/** An example, with the place that a failure is to name. */
interface Example {
  /** Page and line: `docs/guide/roles.md:17`. */
  readonly place: string;
}

export interface RenderExample extends Example {
  /** The conversation, as JSON text. */
  readonly conversation: string;
  readonly prompt: string | undefined;
}

export interface ParseExample extends Example {
  readonly completion: string;
  /** The messages as JSON text; `undefined` if the block is missing. */
  readonly messages: string | undefined;
  readonly diagnostics: readonly string[];
  readonly reference: string | undefined;
}

export interface BodyExample extends Example {
  readonly engine: string;
  /** The body as JSON text. */
  readonly body: string;
}

interface Block extends Example {
  readonly kind: string;
  readonly text: string;
}

const KINDS = [
  ...["json conversation", "harmony prompt", "harmony completion", "json messages"],
  ...["text diagnostics", "text reference"],
  ...["json llamaCpp", "json vllm", "json sglang", "json ollama"],
];

/** The pages of the guide. */
export const GUIDE: readonly string[] = PAGES.filter((page) => page.startsWith("docs/guide/"));

/** What follows a block up to the next one that begins an example of its own. */
function groups(first: string): (readonly [Block, ReadonlyMap<string, string>])[] {
  const starts = new Set(["json conversation", "harmony completion"]);
  return GUIDE.flatMap((page) => {
    const blocks = blocksOf(page);
    return blocks.flatMap((block, index) => {
      if (block.kind !== first) return [];
      const rest = blocks.slice(index + 1);
      const end = rest.findIndex(({ kind }) => starts.has(kind));
      const own = rest.slice(0, end === -1 ? rest.length : end);
      return [[block, new Map(own.map(({ kind, text }) => [kind, text]))] as const];
    });
  });
}

/** Every block with two words behind its fence. A kind that does not exist is an error: such a block would go unchecked. */
function blocksOf(page: string): Block[] {
  const markdown = readPage(page);
  return Array.from(markdown.matchAll(/^```(\w+ \w+)\n(.*?)\n?^```$/gms), (found) => {
    const [, kind, text] = found as unknown as [string, string, string];
    const place = `${page}:${lineAt(markdown, found.index)}`;
    if (!KINDS.includes(kind)) throw new Error(`${place}: there is no block "${kind}"; one of ${KINDS.join(", ")}`);
    return { place, kind, text };
  });
}

export const RENDERED: readonly RenderExample[] = groups("json conversation").map(([{ place, text }, own]) => ({
  place,
  conversation: text,
  prompt: own.get("harmony prompt"),
}));

export const PARSED: readonly ParseExample[] = groups("harmony completion").map(([{ place, text }, own]) => ({
  place,
  completion: text,
  messages: own.get("json messages"),
  diagnostics: own.get("text diagnostics")?.split("\n") ?? [],
  reference: own.get("text reference"),
}));

export const BODIES: readonly BodyExample[] = GUIDE.flatMap(blocksOf).flatMap(({ place, kind, text }) => {
  const engine = /^json (llamaCpp|vllm|sglang|ollama)$/.exec(kind)?.[1];
  return engine === undefined ? [] : [{ place, engine, body: text }];
});
