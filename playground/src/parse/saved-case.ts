import type { PageState } from "../link/page-state.js";
import type { Pieces, Reading, ReadMessage } from "../worker/answers.js";

type ParseState = PageState["parse"];

/** The case in the forms in which somebody else can look at it. */
export function formsOf(pieces: Pieces, reading: Reading, state: ParseState): Readonly<Record<string, () => string>> {
  return {
    "Test in TypeScript": () => testOf(pieces, reading, state),
    "Bug report": () => reportOf(pieces, reading, state),
    "Token ids": () => `[${pieces.tokens.join(", ")}]`,
    Text: () => pieces.text,
    Messages: () => JSON.stringify(messagesOf(reading), null, 2),
  };
}

function testOf(pieces: Pieces, reading: Reading, state: ParseState): string {
  const { mode, error } = reading;
  const role = state.afterStart ? '"assistant"' : "undefined";
  const call = `new StreamableParser(loadHarmonyEncoding(), ${role}, ${optionsOf(mode, state)})`;
  const expected =
    error === undefined
      ? `  for (const token of tokens) parser.process(token);
  parser.finish();
  expect(parser.messages.map((message) => message.toJSON())).toEqual(${indent(JSON.stringify(messagesOf(reading), null, 2))});
  expect(parser.diagnostics.map(({ code }) => code)).toEqual(${JSON.stringify(reading.diagnostics.map(({ code }) => code))});`
      : `  expect(() => {
    for (const token of tokens) parser.process(token);
    parser.processEos();
  }).toThrow(expect.objectContaining({ code: ${JSON.stringify(error.code)} }));`;
  return `import { loadHarmonyEncoding, StreamableParser } from "harmony-format";
import { expect, test } from "vitest";

test(${JSON.stringify(`${mode}: ${pieces.text.slice(0, 60)}`)}, () => {
  const tokens = [${pieces.tokens.join(", ")}];
  const parser = ${call};
${expected}
});
`;
}

function reportOf(pieces: Pieces, reading: Reading, state: ParseState): string {
  const { mode, error, diagnostics } = reading;
  // A fence longer than any in the text.
  const fence = "`".repeat(Math.max(3, ...[...pieces.text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  const block = (language: string, text: string): string => `${fence}${language}\n${text}\n${fence}`;
  const result =
    error === undefined
      ? block("json", JSON.stringify(messagesOf(reading), null, 2))
      : `\`${error.code}\` at token ${error.token}: ${error.message}`;
  const said = diagnostics.map(({ code, start, end }) => `- \`${code}\`, tokens ${start} to ${end}`).join("\n");
  return `**What the model wrote**${state.afterStart ? " after `<|start|>assistant`" : ""}

${block("harmony", pieces.text)}

**Tokens**

${block("json", `[${pieces.tokens.join(", ")}]`)}

**Read in the mode \`${mode}\`**, options \`${optionsOf(mode, state)}\`

${result}
${said === "" ? "" : `\nDiagnostics:\n\n${said}\n`}
**What I expected**

`;
}

function optionsOf(mode: Reading["mode"], { tools, continueAfterCall }: ParseState): string {
  const names = tools.split(/[\s,]+/).filter((name) => name !== "");
  const isResilient = mode === "resilient";
  const parts = [
    `mode: "${mode}"`,
    ...(isResilient && names.length > 0 ? [`tools: ${JSON.stringify(names)}`] : []),
    ...(isResilient && continueAfterCall ? ["continueAfterCall: true"] : []),
  ];
  return `{ ${parts.join(", ")} }`;
}

function messagesOf({ messages }: Reading): object[] {
  return messages.filter((message) => message.ending !== undefined).map(canonical);
}

function canonical({ role, name, recipient, channel, content_type, text }: ReadMessage): object {
  const header = { role, name, recipient, content: text, channel, content_type };
  return Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined));
}

function indent(text: string): string {
  return text.replace(/\n/g, "\n  ");
}
