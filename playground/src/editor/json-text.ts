import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

/** A token of JSON: a name with its colon, a string, a number or word, or a mark. Broken JSON has tokens, too. */
const TOKEN = /"(?:[^"\\\n]|\\.)*"?(\s*:)?|-?\d[\d.eE+-]*|[a-z]+|[[\]{},:]/g;

const NAME = Decoration.mark({ class: "json-name" });
const STRING = Decoration.mark({ class: "json-string" });
const VALUE = Decoration.mark({ class: "json-value" });
const MARK = Decoration.mark({ class: "json-mark" });

/** Longer lines are left as they are. */
const LONGEST_LINE = 20_000;

/** Colours JSON, where it is in view. A JSON string never goes over a line's end, so every line stands on its own. */
export const jsonColours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = coloursOf(view);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = coloursOf(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function coloursOf({ state, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      if (line.length <= LONGEST_LINE) {
        for (const { 0: token, 1: colon, index } of line.text.matchAll(TOKEN)) {
          const start = line.from + index;
          if (token.startsWith('"')) {
            const end = start + token.length - (colon?.length ?? 0);
            builder.add(start, end, colon === undefined ? STRING : NAME);
          } else {
            builder.add(start, start + token.length, /^[[\]{},:]/.test(token) ? MARK : VALUE);
          }
        }
      }
      at = line.to + 1;
    }
  }
  return builder.finish();
}

interface TextRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Where a path such as `messages[2].content[0].type` leads in JSON text: to the value, or to the last one on the way that
 * exists. What a list or an object is, is shown by its first character alone.
 */
export function rangeOfPath(text: string, path: string): TextRange {
  const steps = [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)];
  const scanner = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[a-z]+|[[\]{},:]/g;
  const next = (): { token: string; from: number } | undefined => {
    const found = scanner.exec(text);
    return found === null ? undefined : { token: found[0], from: found.index };
  };
  let value = next();
  let found: TextRange = { from: value?.from ?? 0, to: (value?.from ?? 0) + 1 };
  for (const [, key, index] of steps) {
    value = enter(value?.token, key, index === undefined ? undefined : Number(index), next);
    if (value === undefined) break;
    const { token, from } = value;
    found = { from, to: from + (token === "{" || token === "[" ? 1 : token.length) };
  }
  return found;
}

type Next = () => { token: string; from: number } | undefined;

/** Goes from the mark that opens a list or an object to the value wanted. */
function enter(
  opening: string | undefined,
  key: string | undefined,
  index: number | undefined,
  next: Next,
): ReturnType<Next> {
  if (opening !== (index === undefined ? "{" : "[")) return undefined;
  for (let at = 0; ; at++) {
    let token = next();
    if (token === undefined || token.token === "]" || token.token === "}") return undefined;
    let isWanted = at === index;
    if (index === undefined) {
      isWanted = nameOf(token.token) === key;
      next();
      token = next();
    }
    if (isWanted || token === undefined) return token;
    let depth = 0;
    do {
      if (token === undefined) return undefined;
      if (token.token === "{" || token.token === "[") depth += 1;
      else if (token.token === "}" || token.token === "]") depth -= 1;
      token = next();
      if (depth < 0) return undefined;
    } while (depth > 0 || (token !== undefined && !",]}".includes(token.token)));
    if (token?.token !== ",") return undefined;
  }
}

function nameOf(token: string): string | undefined {
  try {
    const name: unknown = JSON.parse(token);
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
