import type { FinishReason } from "../../src/parse/finish.js";
import type { TextParseOptions } from "../../src/parse/options.js";

/** What a model wrote after `<|start|>assistant`, and how the resilient mode reads it. */
export interface Case {
  /** The number of the case in docs/diagnostics.md. */
  readonly number: string;
  readonly output: string;
  /** `channel to=recipient type| content`, without what is absent; `role:` comes first unless it is the assistant's. */
  readonly messages: readonly string[];
  /** The code of each diagnostic, followed by the text that it is about. */
  readonly diagnostics: readonly string[];
  readonly options: TextParseOptions;
  /** Why the engine says that it stopped; absent if it says nothing. */
  readonly reason?: FinishReason;
}

/** A well-formed message on analysis, and the start of the next one. */
const THOUGHT = "<|channel|>analysis<|message|>T<|end|><|start|>assistant";
const FINAL_B = "<|start|>assistant<|channel|>final<|message|>B";
const INVENTED = 'commentary<|channel|>commentary to=functions.x <|constrain|>json<|message|>{"invented":1}<|call|>';
const CALL_X = "<|channel|>commentary to=functions.x <|constrain|>json<|message|>{}<|call|>";

const row = (
  number: string,
  output: string,
  messages: readonly string[],
  diagnostics: readonly string[] = [],
  options: TextParseOptions = {},
): Case => ({ number, output, messages, diagnostics, options });

/** A row of an output whose engine says why it stopped. */
const finished = (
  reason: FinishReason,
  output: string,
  messages: readonly string[],
  diagnostics: readonly string[] = [],
  options: TextParseOptions = {},
): Case => ({ ...row("H9", output, messages, diagnostics, options), reason });

const T = "analysis| T";
const B = "final| B";

export const CASES: readonly Case[] = [
  row("A1", "<|channel|>final<|message|>Answer<|end|><|return|>", ["final| Answer"], ["stray-stop <|return|>"]),
  row("A1", "<|channel|>final<|message|>Answer<|end|><|end|>", ["final| Answer"], ["stray-stop <|end|>"]),
  row(
    "A1",
    "<|channel|>final<|message|>Answer<|return|> and <|channel|>final<|message|>more<|return|>",
    ["final| Answer"],
    ["orphaned-output  and <|channel|>final<|message|>more<|return|>"],
  ),
  row(
    "A1",
    "<|channel|>final<|message|>Answer<|end|><|return|>tail",
    ["final| Answer"],
    ["stray-stop <|return|>", "orphaned-output tail"],
  ),
  row(
    "A2",
    `${THOUGHT}${CALL_X}${INVENTED}commentary<|message|>${FINAL_B}<|return|>`,
    [T, "commentary to=functions.x <|constrain|>json| {}", B],
    [`orphaned-output ${INVENTED}commentary<|message|>`],
  ),
  row(
    "A2",
    `${CALL_X}commentary${CALL_X}<|start|>assistant${CALL_X}`,
    [1, 2, 3].map(() => "commentary to=functions.x <|constrain|>json| {}"),
    ["missing-start ", "repeated-channel commentary"],
    { continueAfterCall: true },
  ),
  row(
    "A3",
    "<|channel|>analysis<|message|>A<|end|><|channel|>final<|message|>B<|return|>",
    ["analysis| A", B],
    ["missing-start "],
  ),
  row(
    "A3",
    "<|channel|>analysis<|message|>A<|end|>assistant<|channel|>final<|message|>B<|return|>",
    ["analysis| A", B],
    ["missing-start "],
  ),
  row(
    "A4",
    `<|channel|>analysis<|message|>A<|end|> stray text${FINAL_B}`,
    ["analysis| A", B],
    ["stray-text  stray text"],
  ),
  row(
    "B1",
    "<|channel|>analysis<|message|>T<|end|><|start|><|start|>assistant<|channel|>final<|message|>B",
    [T, B],
    ["repeated-start <|start|>"],
  ),
  row("B2", `${THOUGHT}assistant<|channel|>final<|message|>B`, [T, B], ["repeated-role assistant"]),
  row("B3", "<|channel|>analysis<|message|>T<|end|><|start|>final<|message|>B", [T, B], ["channel-as-role final"]),
  row(
    "B4",
    "<|channel|>analysis<|message|>T<|end|><|start|>bash<|message|>ls",
    [T, "to=functions.bash| ls"],
    ["tool-as-role bash", "incomplete-call "],
    { tools: ["functions.bash"] },
  ),
  row("B4", "<|channel|>analysis<|message|>T<|end|><|start|>bash<|message|>ls", [T, "| ls"], ["unknown-role bash"]),
  row(
    "C1",
    "<|channel|>commentary to=functions.q<|channel|>commentary json<|message|>{}<|call|>",
    ["commentary to=functions.q json| {}"],
    ["repeated-channel commentary"],
  ),
  row(
    "C2",
    `${THOUGHT}<|channel|>commentary<|channel|>analysis<|message|>A`,
    [T, "analysis| A"],
    ["repeated-channel commentary"],
  ),
  row(
    "C3",
    `${THOUGHT}<|channel|>commentary<|channel|>commentary to=functions.bash json<|message|>{}`,
    [T, "commentary to=functions.bash json| {}"],
    ["repeated-channel commentary", "incomplete-call "],
  ),
  row(
    "C4",
    `${THOUGHT}<|channel|>bash<|channel|>commentary<|message|>x`,
    [T, "commentary| x"],
    ["unknown-channel bash"],
  ),
  row(
    "C5",
    "<|channel|>commentary to=assistant<|channel|>analysis<|message|>B",
    ["analysis| B"],
    ["repeated-channel commentary", "recipient-is-author to=assistant"],
  ),
  row("C6", "<|channel|>commentary?<|message|>B", ["commentary| B"], ["inexact-channel commentary?"]),
  row(
    "C6",
    "<|channel|>\u2013\u2013commentary<|message|>B",
    ["commentary| B"],
    ["inexact-channel \u2013\u2013commentary"],
  ),
  row("C6", "<|channel|>commentary 2?<|message|>B", ["commentary| B"], ["unexpected-header-words 2?"]),
  row("C6", "<|channel|>??<|message|>B", ["| B"], ["unknown-channel ??"]),
  row("C7", "<|channel|><|message|>B", ["| B"], ["channel-without-name <|channel|>"]),
  row("C8", "<|channel|>commentaryjson<|message|>{}", ["commentary json| {}"], ["inexact-channel commentaryjson"]),
  row("D1", "<|channel|>final <|constrain|>json<|message|>{}<|return|>", ["final <|constrain|>json| {}"]),
  row("D1", "<|channel|>final json<|message|>{}<|return|>", ["final json| {}"]),
  row(
    "D2",
    "<|channel|>commentary to=functions.x <|constrain|> json<|message|>{}<|call|>",
    ["commentary to=functions.x <|constrain|>json| {}"],
    ["inexact-content-type <|constrain|> json"],
  ),
  row(
    "D3",
    "<|channel|>commentary to=functions.x to=functions.x<|message|>{}<|call|>",
    ["commentary to=functions.x| {}"],
    ["repeated-recipient to=functions.x"],
  ),
  row("D3", "<|channel|>commentary to=functions.x code json<|message|>{}<|call|>", [
    "commentary to=functions.x code json| {}",
  ]),
  row("D3", "<|channel|>commentary <|constrain|>json to=functions.x<|message|>{}<|call|>", [
    "commentary to=functions.x <|constrain|>json| {}",
  ]),
  row(
    "D4",
    `<|constrain|>write: edit file.<|end|>${FINAL_B}`,
    [B],
    ["incomplete-header <|constrain|>write: edit file.<|end|>"],
  ),
  row("D5", "<|channel|>analysis to=functions.grep code<|message|>{}<|call|>", ["analysis to=functions.grep code| {}"]),
  row("D5", "<|channel|>final to=functions.x<|message|>{}<|call|>", ["final to=functions.x| {}"]),
  row("D6", "<|channel|>commentary to=ask_user json<|message|>{}<|call|>", ["commentary to=ask_user json| {}"], [], {
    tools: ["functions.ask_user"],
  }),
  row("D7", "<|channel|>commentary to=functions.x<|message|>{}<|end|>", ["commentary to=functions.x| {}"]),
  row("D7", "<|channel|>commentary to=functions.x<|message|>{}<|return|>", ["commentary to=functions.x| {}"]),
  row(
    "D7",
    '<|channel|>commentary to=functions.x<|message|>{"a',
    ['commentary to=functions.x| {"a'],
    ["incomplete-call "],
  ),
  row("E1", "<|channel|>final__HANDOFF__<|return|>", ["final| __HANDOFF__"], ["missing-message-token "]),
  row("E1", `${THOUGHT}<|channel|>finalHello there<|return|>`, [T, "final| Hello there"], ["missing-message-token "]),
  row(
    "E2",
    `I cannot help with that.<|end|>${FINAL_B}`,
    ["final| I cannot help with that.", B],
    ["missing-message-token "],
  ),
  row("E2", "I cannot help with that.", ["final| I cannot help with that."], ["missing-message-token "]),
  row("E3", `${THOUGHT}<|channel|>fin`, [T], ["incomplete-header <|start|>assistant<|channel|>fin"]),
  row("E4", "<|start|>system<|message|>S<|end|><|start|>user<|message|>U<|end|><|start|>assistant<|message|>A<|end|>", [
    "system:| S",
    "user:| U",
    "| A",
  ]),
  row("F1", `<|channel|>analysis<|message|>A${FINAL_B}`, ["analysis| A", B], ["missing-end "]),
  row(
    "F2",
    `<|channel|>analysis<|message|>A<|endoftext|>${FINAL_B}`,
    ["analysis| A", B],
    ["endoftext-as-end <|endoftext|>"],
  ),
  row("F2", `<|channel|>analysis<|endoftext|>${FINAL_B}`, [B], ["incomplete-header <|channel|>analysis<|endoftext|>"]),
  row(
    "F3",
    `${THOUGHT}<|channel|>analysis<|message|>A<|channel|>final<|message|>B`,
    [T, "analysis| A", B],
    ["missing-end ", "missing-start "],
  ),
  row("F4", "<|channel|>final<|message|>A \uFFFD<|end|><|start|>assistant<|channel|>final<|message|>B", [
    "final| A \uFFFD",
    B,
  ]),
  row("F5", "<|channel|>commentary to=functions.x code<|message|>ls -R<|call|>", [
    "commentary to=functions.x code| ls -R",
  ]),
  row("F5", '<|channel|>commentary to=functions.x<|message|>{"a":1} trailing<|call|>', [
    'commentary to=functions.x| {"a":1} trailing',
  ]),
  row("F5", '<|channel|>commentary to=functions.x<|message|>{"a":<|call|>', ['commentary to=functions.x| {"a":']),
  row(
    "G1",
    `<|channel|>analysis<|message|>A<|end|>\n<|start|>assistant\n<|channel|>final\n<|message|>B`,
    ["analysis| A", B],
    ["white-space-between-messages \n", "white-space-in-header \n", "white-space-in-header \n"],
  ),
  row("G2", `<|end|>${FINAL_B}`, [B], ["stray-stop <|end|>"]),
  row("G3", `${FINAL_B}<|end|><|start|>assistant`, [B], ["incomplete-header <|start|>assistant"]),
  row(
    "G4",
    "<|channel|>final<|constrain|> JSON <|message|>{}",
    ["final <|constrain|>JSON| {}"],
    ["inexact-content-type <|constrain|> JSON", "white-space-in-header  "],
  ),
  row(
    "G4",
    "<|channel|>final<|constrain|>ReplyAction <|message|>{}",
    ["final <|constrain|>ReplyAction| {}"],
    ["white-space-in-header  "],
  ),
  row("G4", "<|channel|>commentary<|constrain|>json<|message|>{}", ["commentary <|constrain|>json| {}"]),
  row(
    "G5",
    "<|channel|>commentary to=functions.x json<|message|>{}<|call|>\n<|channel|>final<|message|>B<|return|>",
    ["commentary to=functions.x json| {}", B],
    ["missing-start ", "white-space-in-header \n"],
  ),
  row("G6", "<|channel|>ANALYSIS<|message|>A", ["analysis| A"], ["inexact-channel ANALYSIS"]),
  row("G6", "<|channel|>commentary to=functions.x  <|constrain|>json<|message|>{}<|call|>", [
    "commentary to=functions.x <|constrain|>json| {}",
  ]),
  row("G6", "<|channel|>final<|message|>a <|weird|> b<|return|>", ["final| a <|weird|> b"]),
  row(
    "G8",
    "<|channel|>final<|message|>A<|constrain|>B<|message|>C<|return|>",
    ["final| ABC"],
    ["control-in-content <|constrain|>", "control-in-content <|message|>"],
  ),
  row(
    "H1",
    "<|channel|>final <|constrain|>functions.get_weather<|message|>{}<|return|>",
    ["final to=functions.get_weather| {}"],
    ["recipient-as-content-type <|constrain|>functions.get_weather"],
    { tools: ["functions.get_weather"] },
  ),
  row(
    "H1",
    "<|channel|>final <|constrain|>functions.get_weather<|message|>{}<|return|>",
    ["final| {}"],
    ["unexpected-header-words <|constrain|>functions.get_weather"],
  ),
  row(
    "H1",
    "<|channel|>commentary to=functions.a <|constrain|>functions.b<|message|>{}<|call|>",
    ["commentary to=functions.a| {}"],
    ["unexpected-header-words <|constrain|>functions.b"],
    { tools: ["functions.a", "functions.b"] },
  ),
  row(
    "H2",
    "<|channel|>commentary to=functions.get_weatherjson<|message|>{}<|call|>",
    ["commentary to=functions.get_weather json| {}"],
    ["inexact-recipient to=functions.get_weatherjson"],
    { tools: ["functions.get_weather"] },
  ),
  row(
    "H2",
    "<|channel|>commentary to=get_weatherjson<|message|>{}<|call|>",
    ["commentary to=get_weather json| {}"],
    ["inexact-recipient to=get_weatherjson"],
    { tools: ["functions.get_weather"] },
  ),
  row(
    "H2",
    " to=functions.xJSON<|channel|>commentary<|message|>{}<|call|>",
    ["commentary to=functions.x JSON| {}"],
    ["inexact-recipient to=functions.xJSON"],
    { tools: ["functions.x"] },
  ),
  row(
    "H2",
    "<|channel|>commentary to=functions.x to=functions.xjson<|message|>{}<|call|>",
    ["commentary to=functions.x json| {}"],
    ["repeated-recipient to=functions.x", "inexact-recipient to=functions.xjson"],
    { tools: ["functions.x"] },
  ),
  row(
    "H2",
    "<|channel|>commentary to=functions.xjson code<|message|>{}<|call|>",
    ["commentary to=functions.x code| {}"],
    ["inexact-recipient to=functions.xjson"],
    { tools: ["functions.x"] },
  ),
  row(
    "H2",
    "<|channel|>commentary code to=functions.xjson<|message|>{}<|call|>",
    ["commentary to=functions.x code| {}"],
    ["inexact-recipient to=functions.xjson"],
    { tools: ["functions.x"] },
  ),
  row(
    "H2",
    "<|channel|>commentary to=functions.xjson <|constrain|>json<|message|>{}<|call|>",
    ["commentary to=functions.x <|constrain|>json| {}"],
    ["inexact-recipient to=functions.xjson"],
    { tools: ["functions.x"] },
  ),
  row(
    "H2",
    "<|channel|>commentary to=functions.xjson<|message|>{}<|call|>",
    ["commentary to=functions.xjson| {}"],
    [],
    { tools: ["functions.x", "functions.xjson"] },
  ),
  row(
    "H2",
    "<|channel|>commentary to=functions.xjson<|message|>{}<|call|>",
    ["commentary to=functions.xjson| {}"],
    ["undeclared-tool to=functions.xjson"],
    { tools: ["functions.y"] },
  ),
  row(
    "H2",
    '<|channel|>commentary to=functions.xjson{"a":1}<|call|>',
    ['commentary to=functions.x json| {"a":1}'],
    ["inexact-recipient to=functions.xjson", "missing-message-token "],
    { tools: ["functions.x"] },
  ),
  row("H3", "<|channel|>final Hello<|message|>x<|return|>", ["final| x"], ["unexpected-header-words Hello"]),
  row("H3", "<|channel|>final xml<|message|>x<|return|>", ["final| x"], ["unexpected-header-words xml"]),
  row(
    "H3",
    "<|channel|>commentary preamble<|message|>x<|end|>",
    ["commentary| x"],
    ["unexpected-header-words preamble"],
    { tools: ["functions.get_weather"] },
  ),
  row(
    "H3",
    "<|channel|>commentary preamble json<|message|>x<|end|>",
    ["commentary json| x"],
    ["unexpected-header-words preamble"],
  ),
  row(
    "H3",
    "<|channel|>commentary get_weather json<|message|>{}<|call|>",
    ["commentary to=functions.get_weather json| {}"],
    ["bare-recipient get_weather"],
    { tools: ["functions.get_weather"] },
  ),
  row("H4", "<|channel|>commentary to=<|message|>{}<|call|>", ["commentary| {}"], ["empty-recipient to="]),
  row(
    "H4",
    "<|channel|>commentary to= functions.x json<|message|>{}<|call|>",
    ["commentary to=functions.x json| {}"],
    ["empty-recipient to=", "bare-recipient functions.x"],
    { tools: ["functions.x"] },
  ),
  row(
    "H5",
    "to=assistant Hello<|end|>",
    ["final| Hello"],
    ["recipient-is-author to=assistant", "missing-message-token "],
  ),
  row("H5", "to= Hello<|end|>", ["final| Hello"], ["empty-recipient to=", "missing-message-token "]),
  row("H5", "<|start|>tool<|channel|>analysis x<|end|>", ["tool(tool): analysis| x"], ["missing-message-token "]),
  finished("stop", '<|channel|>commentary to=functions.x json<|message|>{"a":1}', [
    'commentary to=functions.x json| {"a":1}',
  ]),
  finished("tool_calls", "<|channel|>commentary to=functions.x json<|message|>{}", [
    "commentary to=functions.x json| {}",
  ]),
  finished("stop", `${THOUGHT}<|channel|>final<|message|>B`, [T, B]),
  finished(
    "length",
    '<|channel|>commentary to=functions.x json<|message|>{"a":',
    ['commentary to=functions.x json| {"a":'],
    ["incomplete-call "],
  ),
  finished(
    "somebody else's word",
    "<|channel|>commentary to=functions.x json<|message|>{}",
    ["commentary to=functions.x json| {}"],
    ["incomplete-call "],
  ),
  finished("stop", `${THOUGHT}<|channel|>finaldone`, [T, "final| done"], ["missing-message-token "]),
  finished(
    "length",
    `${THOUGHT}<|channel|>finaldone`,
    [T],
    ["incomplete-header <|start|>assistant<|channel|>finaldone"],
  ),
  finished("stop", "to=functions.x ls", ["to=functions.x| ls"], ["missing-message-token "]),
  finished("stop", `${THOUGHT}<|channel|>fin`, [T], ["incomplete-header <|start|>assistant<|channel|>fin"]),
  finished(
    "stop",
    `${CALL_X}<|channel|>finalB`,
    ["commentary to=functions.x <|constrain|>json| {}", B],
    ["missing-start ", "missing-message-token "],
  ),
  ...["python", "browser.search", "functions.get_time"].map((tool) =>
    row(
      "H10",
      `<|channel|>commentary to=${tool} code<|message|>x<|call|>`,
      [`commentary to=${tool} code| x`],
      [`undeclared-tool to=${tool}`],
      { tools: ["functions.get_weather"] },
    ),
  ),
  row(
    "H10",
    "<|channel|>analysis to=python code<|message|>x<|call|>",
    ["analysis to=python code| x"],
    ["undeclared-tool to=python"],
    { tools: [] },
  ),
  row("H10", "<|channel|>analysis to=python code<|message|>x<|call|>", ["analysis to=python code| x"]),
  row("H10", "<|channel|>analysis to=python code<|message|>x<|call|>", ["analysis to=python code| x"], [], {
    tools: ["python"],
  }),
  row("H10", "<|channel|>analysis to=browser.open code<|message|>x<|call|>", ["analysis to=browser.open code| x"], [], {
    tools: ["browser"],
  }),
  row("H10", "<|channel|>commentary to=get_weather<|message|>{}<|call|>", ["commentary to=get_weather| {}"], [], {
    tools: ["functions.get_weather"],
  }),
  row("H10", "<|channel|>commentary to=user<|message|>x<|end|>", ["commentary to=user| x"], [], { tools: [] }),
  row("H10", "<|start|>functions.f to=assistant<|message|>x<|end|>", ["tool(functions.f): to=assistant| x"], [], {
    tools: [],
  }),
  row(
    "H10",
    "to=functions.gone ls<|call|>",
    ["to=functions.gone| ls"],
    ["undeclared-tool to=functions.gone", "missing-message-token "],
    { tools: ["functions.bash"] },
  ),
];

/** An id outside the vocabulary. */
export const UNKNOWN_TOKEN = 201089;

const dropped = (output: string, ...messages: readonly string[]): Case =>
  row("T1", output, messages, [], { markersDropped: true });

/** Outputs whose markers a server has dropped: these are read from text only, and only with `markersDropped`. */
export const CASES_WITHOUT_MARKERS: readonly Case[] = [
  dropped("analysisWe think.assistantfinalFour", "analysis| We think.", "final| Four"),
  dropped(
    'commentary to=functions.get_weather json{"city":"Paris"}',
    'commentary to=functions.get_weather json| {"city":"Paris"}',
  ),
  dropped(
    'analysisHm.assistant to=functions.fcommentary json{"a":1}assistantcommentary to=functions.g code ls',
    "analysis| Hm.",
    'commentary to=functions.f json| {"a":1}',
    "commentary to=functions.g code|  ls",
  ),
  dropped("analysis to be or not", "analysis|  to be or not"),
  dropped("I cannot help with that.", "final| I cannot help with that."),
  dropped("assistantanalysisHm", "analysis| Hm"),
  {
    ...dropped("commentary to=functions.f json{}", "commentary to=functions.f json| {}"),
    number: "H9",
    reason: "stop",
  },
  {
    ...dropped('commentary to=functions.f json{"a":', 'commentary to=functions.f json| {"a":'),
    number: "H9",
    reason: "length",
    diagnostics: ["incomplete-call "],
  },
  row(
    "H2",
    'commentary to=functions.xjson{"a":1}',
    ['commentary to=functions.x json| {"a":1}'],
    ["inexact-recipient to=functions.xjson"],
    { markersDropped: true, tools: ["functions.x"] },
  ),
];
