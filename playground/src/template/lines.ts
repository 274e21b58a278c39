import { parse, type Template, tokenize } from "@huggingface/jinja";

type TemplateToken = ReturnType<typeof tokenize>[number];

/** What a line is remembered by in a parsed template: comments, which write nothing. */
const LINE = "\0line ";

/** A template cannot be read. */
export class TemplateSyntaxError extends Error {
  readonly line: number | undefined;
  constructor(message: string, line: number | undefined) {
    super(message);
    this.line = line;
  }
}

/** The interpreter gives no lines: they are found here, for what cannot be read and for what goes wrong later. */
export function parseWithLines(source: string): Template["parsed"] {
  const tokens = tokensOf(source);
  const lines = linesOf(source, tokens);
  const marked: TemplateToken[] = [];
  const markedLines: number[] = [];
  tokens.forEach((token, index) => {
    const line = lines[index]!;
    if (token.type === "OpenStatement" || token.type === "OpenExpression") {
      marked.push({ type: "Comment", value: `${LINE}${line}` });
      markedLines.push(line);
    }
    marked.push(token);
    markedLines.push(line);
  });
  let last = 0;
  const watched = new Proxy(marked, {
    get(target, key) {
      if (typeof key === "string" && Number(key) > last) last = Number(key);
      return Reflect.get(target, key);
    },
  });
  try {
    return parse(watched);
  } catch (error) {
    if (last < marked.length) throw new TemplateSyntaxError((error as Error).message, markedLines[last]);
    const open = openBlock(tokens, lines);
    const what = open === undefined ? "a block is closed" : `{% ${open.name} %} is closed by {% end${open.name} %}`;
    throw new TemplateSyntaxError(`The template ends before ${what}.`, open?.line ?? markedLines.at(-1));
  }
}

/** The line that a comment of {@link parseWithLines} remembers. */
export function lineOf(comment: string): number | undefined {
  return comment.startsWith(LINE) ? Number(comment.slice(LINE.length)) : undefined;
}

function tokensOf(source: string): TemplateToken[] {
  const read = (text: string): TemplateToken[] => tokenize(text, { lstrip_blocks: true, trim_blocks: true });
  try {
    return read(source);
  } catch (error) {
    const { message } = error as Error;
    // The first line with which reading fails in the same way.
    const ends = [...source.matchAll(/\n|$/g)].map(({ index }) => index);
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      let isHere = false;
      try {
        read(source.slice(0, ends[middle]));
      } catch (other) {
        isHere = (other as Error).message === message;
      }
      if (isHere) high = middle;
      else low = middle + 1;
    }
    throw new TemplateSyntaxError(message, low + 1);
  }
}

/** The line in which each token begins, found by looking for them one behind the other. */
function linesOf(source: string, tokens: readonly TemplateToken[]): number[] {
  let [cursor, counted, line] = [0, 0, 1];
  return tokens.map(({ type, value }) => {
    if (type !== "Text") {
      let [start, end] = [cursor, cursor];
      if (type === "StringLiteral") {
        start = source.slice(cursor).search(/["']/) + cursor;
        const quote = source[start];
        for (end = start + 1; end < source.length && source[end] !== quote; end++) if (source[end] === "\\") end++;
        end += 1;
      } else {
        const spelled = type === "Comment" ? "{#" : value;
        start = source.indexOf(spelled, cursor);
        end = type === "Comment" ? source.indexOf("#}", start) + 2 : start + spelled.length;
      }
      if (start >= cursor && end > start) {
        for (; counted < start; counted++) if (source.charCodeAt(counted) === 10) line += 1;
        cursor = end;
      }
    }
    return line;
  });
}

const BLOCKS = new Set(["for", "if", "macro", "call", "filter"]);

/** The innermost block that nothing closes. */
function openBlock(
  tokens: readonly TemplateToken[],
  lines: readonly number[],
): { readonly name: string; readonly line: number } | undefined {
  const open: { readonly name: string; readonly line: number }[] = [];
  tokens.forEach(({ type }, index) => {
    const name = tokens[index + 1]?.value;
    if (type !== "OpenStatement" || name === undefined) return;
    if (BLOCKS.has(name)) open.push({ name, line: lines[index]! });
    else if (name.startsWith("end") && BLOCKS.has(name.slice(3))) open.pop();
  });
  return open.at(-1);
}
