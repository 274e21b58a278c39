import type { PageState } from "../link/page-state.js";
import type { ParseAnswer, Reading, ReadMessage } from "../worker/answers.js";

type ParseState = PageState["parse"];
type Completion = NonNullable<ParseAnswer["completion"]>;

/** The case in the forms in which somebody else can look at it. */
export function formsOf(
  completion: Completion,
  reading: Reading,
  state: ParseState,
): Readonly<Record<string, () => string>> {
  const { pieces } = completion;
  return {
    "Test in TypeScript": () => testOf(completion, reading, state),
    "Bug report": () => reportOf(completion, reading, state),
    "Token ids": () => `[${pieces.tokens.join(", ")}]`,
    Text: () => pieces.text,
    Messages: () => JSON.stringify(messagesOf(reading), null, 2),
  };
}

/** Only one mode reads text without markers, and from the text. */
const isText = ({ readings }: Completion): boolean => readings.length === 1;

function testOf(completion: Completion, reading: Reading, state: ParseState): string {
  const { pieces, reason } = completion;
  const { mode, error } = reading;
  const role = state.afterStart && pieces.tokens[0] !== 200006 ? '"assistant"' : "undefined";
  const parser = isText(completion) ? "HarmonyTextParser" : "StreamableParser";
  const given = isText(completion) ? "" : "loadHarmonyEncoding(), ";
  const imports = isText(completion) ? parser : `loadHarmonyEncoding, ${parser}`;
  const input = isText(completion)
    ? `const text = ${JSON.stringify(pieces.text)};`
    : `const tokens = [${pieces.tokens.join(", ")}];`;
  const read = isText(completion) ? "parser.process(text);" : "for (const token of tokens) parser.process(token);";
  const finish = `parser.finish(${reason === undefined ? "" : `{ reason: ${JSON.stringify(reason)} }`});`;
  const expected =
    error === undefined
      ? `  ${read}
  ${finish}
  expect(parser.messages.map((message) => message.toJSON())).toEqual(${indent(JSON.stringify(messagesOf(reading), null, 2))});
  expect(parser.diagnostics.map(({ code }) => code)).toEqual(${JSON.stringify(reading.diagnostics.map(({ code }) => code))});`
      : `  expect(() => {
    ${read}
    ${finish}
  }).toThrow(expect.objectContaining({ code: ${JSON.stringify(error.code)} }));`;
  return `import { ${imports} } from "harmony-format";
import { expect, test } from "vitest";

test(${JSON.stringify(`${mode}: ${pieces.text.slice(0, 60)}`)}, () => {
  ${input}
  const parser = new ${parser}(${given}${role}, ${optionsOf(completion, mode, state)});
${expected}
});
`;
}

function reportOf(completion: Completion, reading: Reading, state: ParseState): string {
  const { pieces, reason } = completion;
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

**Read in the mode \`${mode}\`**, options \`${optionsOf(completion, mode, state)}\`${reason === undefined ? "" : `; the engine stopped with \`${reason}\``}

${result}
${said === "" ? "" : `\nDiagnostics:\n\n${said}\n`}
**What I expected**

`;
}

function optionsOf(completion: Completion, mode: Reading["mode"], { tools, continueAfterCall }: ParseState): string {
  const names = tools.split(/[\s,]+/).filter((name) => name !== "");
  const isResilient = mode === "resilient";
  const parts = [
    isText(completion) ? "markersDropped: true" : `mode: "${mode}"`,
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
