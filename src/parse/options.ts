import { checkPrefill, type Prefill } from "../chat/prefill.js";
import { checkRole, type Role } from "../chat/role.js";
import { checkBoolean, checkIterable, checkOptions, checkString, showValue } from "../options.js";
import { nameWithout } from "./header.js";
import type { ParserSettings } from "./machine/settings.js";
import { DeclaredTools } from "./machine/settings.js";

/** How a parser treats what does not follow the format. */
export type ParseMode = "strict" | "permissive" | "resilient";

/** What every parser may be told. */
interface CommonOptions {
  /**
   * Starts inside of a message of the given role (the assistant's, if none is given). Rendering a conversation for
   * completion takes the same option.
   */
  readonly prefill?: Prefill | undefined;
  /**
   * How long a message's content, or text outside of a content, may be, in UTF-16 units. What exceeds it is left out
   * and reported as `message-too-long`; in the strict and permissive modes it is an error of that code.
   * Default: 16,777,216 (2^24), some four times as much as the model's context of 2^20 tokens usually holds.
   */
  readonly maxMessageLength?: number | undefined;
}

/** What the resilient mode may be told about the conversation. */
export interface RecoveryOptions extends CommonOptions {
  /**
   * The names of the declared tools, in full (`functions.bash`, `browser.search`, `python`); a name without a namespace
   * is a developer's function. With them, a call can be recognised that lacks its `to=`, and a call of any other tool is
   * reported as `undeclared-tool`: with an empty list, every call. Default: unknown.
   */
  readonly tools?: Iterable<string> | undefined;
  /**
   * Whether what follows a call is read as the next message, rather than skipped up to the next start token: for
   * engines that let the model continue, so that it makes several calls in one completion. Default: `false`.
   */
  readonly continueAfterCall?: boolean | undefined;
}

/** How to parse tokens. */
export interface ParseOptions extends RecoveryOptions {
  /**
   * - `"strict"`: as the reference does: any departure from the format is an error.
   * - `"permissive"`: as the reference does with `strict: false`: as strict, but a stop token ends a header, too.
   * - `"resilient"`: nothing is an error; what departs from the format is repaired or skipped, and reported. For
   *   everything that a model wrote.
   *
   * Default: `"strict"`, as in the reference.
   */
  readonly mode?: ParseMode | undefined;
  /** The reference's name for the first two modes: `true` is `"strict"`, `false` is `"permissive"`. */
  readonly strict?: boolean | undefined;
}

/** How to parse text. */
export interface TextParseOptions extends RecoveryOptions {
  /**
   * Whether the server has dropped the markers (`analysisWe think.assistantfinalFour`), so that messages have to be
   * recognised by the words that are left. This is a guess by nature: a content that contains such words is cut there.
   * The remedy is a server that keeps the markers. Default: `false`.
   */
  readonly markersDropped?: boolean | undefined;
}

const MODES: readonly string[] = ["strict", "permissive", "resilient"] satisfies ParseMode[];
const COMMON_OPTIONS = ["prefill", "maxMessageLength"] as const satisfies (keyof CommonOptions)[];
const RESILIENT_OPTIONS = ["tools", "continueAfterCall"] as const satisfies (keyof RecoveryOptions)[];
const PARSE_OPTIONS: readonly (keyof ParseOptions)[] = ["mode", "strict", ...RESILIENT_OPTIONS, ...COMMON_OPTIONS];
const TEXT_OPTIONS: readonly (keyof TextParseOptions)[] = ["markersDropped", ...RESILIENT_OPTIONS, ...COMMON_OPTIONS];

const DEFAULT_MAX_MESSAGE_LENGTH = 2 ** 24;
/** JavaScript's strings end at 2^29 units, at least; half of that leaves room for what is added around a content. */
const GREATEST_MAX_MESSAGE_LENGTH = 2 ** 28;

/**
 * The mode that options ask for.
 * @throws TypeError for an unknown option, a value of the wrong type, options that contradict each other, or options
 *   that the mode would ignore.
 */
export function modeOf(options: ParseOptions): ParseMode {
  checkOptions(options, PARSE_OPTIONS, "StreamableParser");
  const { mode, strict } = options;
  checkBoolean(strict, "strict");
  if (mode !== undefined && !MODES.includes(mode)) {
    const expected = MODES.map((name) => `"${name}"`).join(", ");
    throw new TypeError(`mode must be one of ${expected}, not ${showValue(mode)}`);
  }
  const named = strict === undefined ? undefined : strict ? "strict" : "permissive";
  if (mode !== undefined && named !== undefined && mode !== named) {
    throw new TypeError(`strict: ${strict} contradicts mode: "${mode}"; give one of them`);
  }
  const chosen = mode ?? named ?? "strict";
  const ignored = chosen === "resilient" ? undefined : RESILIENT_OPTIONS.find((name) => options[name] !== undefined);
  if (ignored !== undefined) {
    throw new TypeError(`the option ${ignored} needs mode: "resilient"; the mode "${chosen}" would ignore it`);
  }
  return chosen;
}

/**
 * Checks the options that only a text parser has, and the names of all of them.
 * @throws TypeError for an unknown option or a value of the wrong type.
 */
export function checkTextOptions(options: TextParseOptions): void {
  checkOptions(options, TEXT_OPTIONS, "HarmonyTextParser");
  checkBoolean(options.markersDropped, "markersDropped");
}

/**
 * What options say about the conversation. The names of the options are checked by the functions above.
 * @throws HarmonyError `unknown-role`.
 * @throws TypeError for a value of the wrong type.
 * @throws RangeError for a `maxMessageLength` that is not an integer from 1 to 2^28.
 */
export function settingsOf(role: Role | null | undefined, options: RecoveryOptions): ParserSettings {
  if (role !== undefined && role !== null) checkRole(role, "role");
  const { tools, continueAfterCall = false, prefill, maxMessageLength = DEFAULT_MAX_MESSAGE_LENGTH } = options;
  checkBoolean(continueAfterCall, "continueAfterCall");
  if (
    !(Number.isInteger(maxMessageLength) && maxMessageLength >= 1 && maxMessageLength <= GREATEST_MAX_MESSAGE_LENGTH)
  ) {
    const range = `an integer from 1 to ${GREATEST_MAX_MESSAGE_LENGTH}`;
    throw new RangeError(`maxMessageLength must be ${range}, not ${showValue(maxMessageLength)}`);
  }
  return {
    role: role ?? undefined,
    tools: new DeclaredTools(tools === undefined ? undefined : checkedNames(tools)),
    continueAfterCall,
    prefill: prefillOf(role ?? "assistant", prefill),
    maxMessageLength,
  };
}

function prefillOf(role: Role, prefill: Prefill | undefined): ParserSettings["prefill"] {
  if (prefill === undefined) return undefined;
  checkPrefill(prefill);
  const { channel, recipient, content_type, content = "" } = prefill;
  const header = { role, name: nameWithout(role), channel, recipient, content_type };
  return { header, content: content.toWellFormed() };
}

function checkedNames(tools: Iterable<string>): string[] {
  checkIterable(tools, "tools", 'a list of names, such as ["functions.bash"]');
  return Array.from(tools, (name, index) => {
    checkString(name, `tools[${index}]`);
    return name;
  });
}
