import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A line that a block promises to print. */
export interface PrintedLine {
  readonly text: string;
  /** The line of the page that promises it. */
  readonly line: number;
}

/** A program in a page of the documentation: a code block in JavaScript or TypeScript. */
export interface CodeBlock {
  /** The page, relative to the repository: `README.md`. */
  readonly page: string;
  /** The line of the page at which the code begins. */
  readonly line: number;
  readonly heading: string;
  readonly language: "js" | "ts";
  readonly code: string;
  /**
   * The block of the same page that comes before this one as if it stood in it: the last one that is marked `shared`,
   * as in "```ts shared". Absent for a block that is complete.
   */
  readonly shared?: CodeBlock;
  /** Whether the block is only there for others. */
  readonly isShared: boolean;
  /** Whether the program needs an engine, as "```js engine" says: then it is compiled but not run. */
  readonly needsEngine: boolean;
  /** What it promises to print: in comments after its calls of `console.log`, or in a `text` block right after it. */
  readonly output: readonly PrintedLine[];
}

const root = new URL("../../", import.meta.url);

/** The pages of the documentation. */
export const PAGES: readonly string[] = [
  "README.md",
  "skills/harmony-format/SKILL.md",
  ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file.replaceAll("\\", "/")}`)
    .sort(),
];

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(fileURLToPath(new URL(page, root)), "utf8");
}

/** The programs in a page, in order. */
export function codeBlocksOf(page: string): CodeBlock[] {
  const markdown = readPage(page);
  const blocks: CodeBlock[] = [];
  let shared: CodeBlock | undefined;
  for (const found of markdown.matchAll(/^```(js|ts)( shared| engine)?\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms)) {
    const [, language, mark, code, text] = found as unknown as [string, "js" | "ts", string?, string?, string?];
    const line = lineAt(markdown, found.index) + 1;
    const block: CodeBlock = {
      page,
      line,
      heading: Array.from(markdown.slice(0, found.index).matchAll(/^#+ (.*)$/gm)).at(-1)?.[1] ?? "",
      language,
      code: code!,
      ...(shared === undefined ? {} : { shared }),
      isShared: mark === " shared",
      needsEngine: mark === " engine",
      output:
        text === undefined
          ? commentsOf(code!, line)
          : linesOf(text, lineAt(markdown, found.index + found[0].lastIndexOf("```text\n")) + 1),
    };
    if (block.isShared) shared = block;
    blocks.push(block);
  }
  return blocks;
}

/** The line at an index, counted from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function linesOf(text: string, firstLine: number): PrintedLine[] {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line, index) => ({ text: line, line: firstLine + index }));
}

/** The comments behind calls of `console.log`. */
function commentsOf(code: string, firstLine: number): PrintedLine[] {
  return linesOf(code, firstLine).flatMap(({ text, line }) => {
    const comment = /console\.log\(.*\);? *\/\/ (.*)$/.exec(text)?.[1];
    return comment === undefined ? [] : [{ text: comment, line }];
  });
}
