import { isRole, type Role } from "../chat/role.js";
import { checkOptions } from "../options.js";
import { DeclaredTools } from "./declared-tools.js";
import type { ParserSettings } from "./machine/settings.js";

/** How a parser treats what does not follow the format. */
export type ParseMode = "strict" | "permissive" | "resilient";

/** A message that the prompt has already begun: its header, and what it holds of the content. */
export interface Prefill {
  readonly channel?: string | undefined;
  readonly recipient?: string | undefined;
  readonly contentType?: string | undefined;
  /** The beginning of the content; the message's content begins with it. Default: `""`. */
  readonly content?: string | undefined;
}

/** What the resilient mode may know of the conversation. */
export interface RecoveryOptions {
  /**
   * The names of the declared tools, in full (`functions.bash`, `browser.search`, `python`); a name without a namespace
   * is a developer's function. They tell a call without `to=` from other words.
   */
  readonly tools?: Iterable<string> | undefined;
  /**
   * Whether what follows a call is read as the next message, instead of being skipped up to the next start token: for
   * engines that let the model go on, so that it makes several calls in one completion. Default: `false`.
   */
  readonly continueAfterCall?: boolean | undefined;
  /** Starts inside a message, which has the given role (default: the assistant's). */
  readonly prefill?: Prefill | undefined;
}

/** How to parse. */
export interface ParseOptions extends RecoveryOptions {
  /**
   * - `"strict"`: as the reference: any departure from the format is an error.
   * - `"permissive"`: as the reference with `strict: false`: as strict, but a stop token ends a header, too.
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
   * recognised by the words that are left. A guess by nature: a content that holds such words is cut there. The
   * remedy is a server that keeps them. Default: `false`.
   */
  readonly markersDropped?: boolean | undefined;
}

const MODES: readonly string[] = ["strict", "permissive", "resilient"] satisfies ParseMode[];
const PREFILL_FIELDS = ["channel", "recipient", "contentType", "content"] as const satisfies (keyof Prefill)[];
const RECOVERY_OPTIONS = ["tools", "continueAfterCall", "prefill"] as const satisfies (keyof RecoveryOptions)[];
const PARSE_OPTIONS = ["mode", "strict", ...RECOVERY_OPTIONS] as const satisfies (keyof ParseOptions)[];
const TEXT_OPTIONS = ["markersDropped", ...RECOVERY_OPTIONS] as const satisfies (keyof TextParseOptions)[];

/**
 * The mode that options ask for.
 * @throws TypeError for an unknown option, a value of the wrong type, or `strict` and `mode` that contradict each other.
 */
export function modeOf(options: ParseOptions): ParseMode {
  checkOptions(options, PARSE_OPTIONS, "StreamableParser");
  const { mode, strict } = options;
  checkBoolean("strict", strict);
  if (mode !== undefined && !MODES.includes(mode)) {
    const expected = MODES.map((name) => `"${name}"`).join(", ");
    throw new TypeError(`mode must be one of ${expected}, not ${show(mode)}`);
  }
  const other = strict === undefined ? undefined : strict ? "strict" : "permissive";
  if (mode !== undefined && other !== undefined && mode !== other) {
    throw new TypeError(`strict: ${strict} contradicts mode: "${mode}"; give one of them`);
  }
  return mode ?? other ?? "strict";
}

/**
 * Checks the options that only a text parser has, and the names of all.
 * @throws TypeError for an unknown option or a value of the wrong type.
 */
export function checkTextOptions(options: TextParseOptions): void {
  checkOptions(options, TEXT_OPTIONS, "HarmonyTextParser");
  checkBoolean("markersDropped", options.markersDropped);
}

/**
 * What options say of the conversation. The names of the options are checked by whoever has more of them.
 * @throws TypeError for an unknown role or a value of the wrong type.
 */
export function settingsOf(role: Role | null | undefined, options: RecoveryOptions): ParserSettings {
  if (role !== undefined && role !== null && !isRole(role)) {
    throw new TypeError(`role must be one of the five roles or nothing, not ${show(role)}`);
  }
  checkBoolean("continueAfterCall", options.continueAfterCall);
  return {
    role: role ?? undefined,
    tools: new DeclaredTools(checkedNames(options.tools ?? [])),
    continueAfterCall: options.continueAfterCall ?? false,
    prefill: prefillOf(role ?? "assistant", options.prefill),
  };
}

function prefillOf(role: Role, prefill: Prefill | undefined): ParserSettings["prefill"] {
  if (prefill === undefined) return undefined;
  checkOptions(prefill, PREFILL_FIELDS, "prefill");
  for (const field of PREFILL_FIELDS) {
    const value = prefill[field];
    if (value !== undefined && typeof value !== "string") {
      throw new TypeError(`prefill.${field} must be a string, not ${show(value)}`);
    }
  }
  const { channel, recipient, contentType, content = "" } = prefill;
  return { header: { role, name: undefined, channel, recipient, contentType }, content: content.toWellFormed() };
}

function checkedNames(tools: Iterable<string>): string[] {
  // A string is an iterable of its characters, which nobody means.
  if (typeof tools === "string" || typeof tools?.[Symbol.iterator] !== "function") {
    throw new TypeError(`tools must be a list of names, such as ["functions.bash"], not ${show(tools)}`);
  }
  const names = [...tools];
  for (const name of names) {
    if (typeof name !== "string") throw new TypeError(`tools must hold names, not ${show(name)}`);
  }
  return names;
}

function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError(`${name} must be true or false, not ${show(value)}`);
  }
}

function show(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : typeof value === "object" ? JSON.stringify(value) : String(value);
}
