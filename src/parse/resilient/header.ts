import { isRole, type Role } from "../../chat/role.js";
import type { DiagnosticCode } from "../diagnostic.js";
import { type Header, nameWithout } from "../header.js";
import type { DeclaredTools } from "../machine/settings.js";
import { ANY_CHANNEL, ANY_CONTENT_TYPE, ANY_ROLE, channelNamed, isContentType, TO } from "../words.js";
import { type Lexeme, lexHeader } from "./header-lexer.js";
import { channelMeant, isFullToolName } from "./word-meaning.js";

/** A departure from the format in a header: what it is, and where it stands in the header's text. */
export interface HeaderDiagnostic {
  readonly code: DiagnosticCode;
  readonly from: number;
  readonly to: number;
}

/** What a header is read against. */
export interface HeaderContext {
  /** Whether a start token began the header: then its first word should be a role. */
  readonly hasStart: boolean;
  /** The role that a header without one takes. */
  readonly givenRole: Role;
  readonly tools: DeclaredTools;
}

/** What is known of a header while the rules below read it. Each rule takes from `lexemes` what it has understood. */
interface Draft {
  readonly context: HeaderContext;
  readonly diagnostics: HeaderDiagnostic[];
  lexemes: Lexeme[];
  role: Role;
  name: string | undefined;
  /** A word that stands where a role should and is not one. */
  roleWord: Lexeme | undefined;
  channel: string | undefined;
  recipient: string | undefined;
  /** The `to=…` that the recipient was read from. */
  recipientWord: Lexeme | undefined;
  contentType: string | undefined;
  /** Where the constrain marker of the content type stands. */
  constrainedAt: number;
}

type HeaderRule = (draft: Draft) => void;

/**
 * How the resilient mode reads a header that ended at a message token: these rules, in this order. The letters name the
 * cases of `docs/diagnostics.md` that a rule answers.
 */
const HEADER_RULES: readonly HeaderRule[] = [
  takeWhiteSpace, // G1
  takeControlTokens,
  readMarkedChannels, // C1 to C8, G6
  readRole, // B2, B3, and a start without a role
  readUnmarkedChannels, // B3
  readConstrainedType, // D1, D2, G4, H1
  readRecipients, // C5, D3, H4
  readOtherWords, // D1, D3, H3
  readGluedType, // H2
  decideAuthor, // B4
  reportUndeclaredTool, // H10
];

/** Reads a header, whatever it says. If the strict grammar can read it, the result is the same, but for the cases above. */
export function repairHeader(
  text: string,
  context: HeaderContext,
): { readonly header: Header; readonly diagnostics: readonly HeaderDiagnostic[] } {
  const draft: Draft = {
    context,
    diagnostics: [],
    lexemes: lexHeader(text),
    role: context.givenRole,
    name: undefined,
    roleWord: undefined,
    channel: undefined,
    recipient: undefined,
    recipientWord: undefined,
    contentType: undefined,
    constrainedAt: Number.POSITIVE_INFINITY,
  };
  for (const rule of HEADER_RULES) rule(draft);
  const { role, channel, recipient, contentType, diagnostics } = draft;
  const name = draft.name ?? nameWithout(role);
  // Each rule reads the whole header, so the diagnostics are not yet in the header's order.
  diagnostics.sort((a, b) => a.from - b.from || a.to - b.to);
  return { header: { role, name, channel, recipient, content_type: contentType }, diagnostics };
}

function report(draft: Draft, code: DiagnosticCode, { from, to }: { from: number; to: number }): void {
  draft.diagnostics.push({ code, from, to });
}

/** Takes the lexemes that fulfil a condition. */
function take(draft: Draft, condition: (lexeme: Lexeme) => boolean): Lexeme[] {
  const taken = draft.lexemes.filter(condition);
  if (taken.length > 0) draft.lexemes = draft.lexemes.filter((lexeme) => !condition(lexeme));
  return taken;
}

/** A part of a word, as a word of its own. */
function part(word: Lexeme, start: number, end: number = word.text.length): Lexeme {
  return { kind: "word", text: word.text.slice(start, end), from: word.from + start, to: word.from + end };
}

/** The white space that separates words for the reference, too; it takes any other for a part of a word. */
const SEPARATOR = /^[\t\n\f\r ]+$/;

/** White space separates words; anywhere else it says nothing, and is reported. */
function takeWhiteSpace(draft: Draft): void {
  const { lexemes, context } = draft;
  lexemes.forEach((lexeme, index) => {
    if (lexeme.kind !== "space") return;
    const before = lexemes[index - 1];
    const after = lexemes[index + 1];
    // The space before a recipient that follows the role in the prompt.
    const begins = before === undefined && !context.hasStart && lexeme.text === " ";
    const separates = begins || (before !== undefined && before.kind !== "channel" && SEPARATOR.test(lexeme.text));
    if (separates && (after?.kind === "word" || after?.kind === "constrain")) return;
    report(draft, "white-space-in-header", lexeme);
  });
  take(draft, ({ kind }) => kind === "space");
}

function takeControlTokens(draft: Draft): void {
  for (const control of take(draft, ({ kind }) => kind === "control")) report(draft, "control-in-header", control);
}

/** Reads what stands behind channel markers. The last known channel counts. */
function readMarkedChannels(draft: Draft): void {
  const rest: Lexeme[] = [];
  let counting: Lexeme | undefined;
  const queue = draft.lexemes.toReversed();
  for (let lexeme = queue.pop(); lexeme !== undefined; lexeme = queue.pop()) {
    if (lexeme.kind !== "channel") {
      rest.push(lexeme);
      continue;
    }
    const word = queue.at(-1);
    if (word?.kind !== "word" || word.text.startsWith(TO) || isContentType(word.text)) {
      report(draft, "channel-without-name", lexeme);
      continue;
    }
    queue.pop();
    const meant = channelMeant(word.text);
    if (meant === undefined) {
      report(draft, "unknown-channel", word);
      continue;
    }
    if (!meant.isExact) report(draft, "inexact-channel", word);
    if (meant.rest !== "") queue.push(part(word, word.text.length - meant.rest.length));
    if (counting !== undefined) report(draft, "repeated-channel", counting);
    counting = word;
    draft.channel = meant.channel;
  }
  draft.lexemes = rest;
}

/** A role, perhaps repeated, perhaps with a channel glued to it. */
const GLUED_ROLES = new RegExp(`^(${ANY_ROLE})\\1*(?:${ANY_CHANNEL})?$`);

/** Reads the first word if it is a role, or should be one. */
function readRole(draft: Draft): void {
  const { context } = draft;
  const first = draft.lexemes[0];
  // Only a start token asks for a role; without one, or behind a marker, a word need not be a role.
  const isExpected = context.hasStart && first?.kind === "word" && !first.text.startsWith(TO);
  const given = first?.kind === "word" ? (GLUED_ROLES.exec(first.text)?.[1] as Role | undefined) : undefined;
  if (given !== undefined && (context.hasStart || given === context.givenRole)) {
    draft.role = given;
    draft.lexemes.splice(0, 1, ...splitGlued(draft, first!, given));
    if (given === "assistant") takeRepeatedRole(draft, given);
  } else if (isExpected && channelNamed(first.text) === undefined) {
    draft.roleWord = first;
    draft.lexemes.shift();
    // A tool's message may repeat the role behind the name, as the reference's may.
    if (draft.lexemes[0]?.text === "tool") draft.lexemes.shift();
  } else if (isExpected) {
    draft.lexemes.shift();
    report(draft, "channel-as-role", first);
    draft.channel ??= channelNamed(first.text);
  } else if (context.hasStart) {
    report(draft, "missing-role", { from: 0, to: 0 });
  }
}

/** The assistant does not address itself, so another word of its name can only be the role again. */
function takeRepeatedRole(draft: Draft, role: Role): void {
  const next = draft.lexemes.findIndex(({ text }) => text !== role);
  for (const word of draft.lexemes.splice(0, next < 0 ? draft.lexemes.length : next)) {
    report(draft, "repeated-role", word);
  }
}

/** `assistantassistantfinal`: reports the repetitions of the role, and gives what follows as a word. */
function splitGlued(draft: Draft, word: Lexeme, role: Role): Lexeme[] {
  let start = role.length;
  for (; word.text.startsWith(role, start); start += role.length) {
    report(draft, "repeated-role", part(word, start, start + role.length));
  }
  return start < word.text.length ? [part(word, start)] : [];
}

/** Reads channels that have no marker: no other word of a header could be meant by one. */
function readUnmarkedChannels(draft: Draft): void {
  for (const word of take(draft, ({ kind, text }) => kind === "word" && channelNamed(text) !== undefined)) {
    report(draft, draft.channel === undefined ? "channel-without-marker" : "repeated-channel", word);
    draft.channel ??= channelNamed(word.text);
  }
}

/** Reads what stands behind constrain markers. */
function readConstrainedType(draft: Draft): void {
  const rest: Lexeme[] = [];
  for (let index = 0; index < draft.lexemes.length; index++) {
    const lexeme = draft.lexemes[index]!;
    if (lexeme.kind !== "constrain") {
      rest.push(lexeme);
      continue;
    }
    const next = draft.lexemes[index + 1];
    if (next?.text.startsWith(TO)) {
      report(draft, "control-in-header", lexeme);
      continue;
    }
    const type = next?.kind === "word" ? next : undefined;
    if (type !== undefined) index++;
    const span = { from: lexeme.from, to: (type ?? lexeme).to };
    draft.constrainedAt = Math.min(draft.constrainedAt, lexeme.from);
    if (type !== undefined && readConstrainedRecipient(draft, type, span)) continue;
    if (draft.contentType !== undefined) report(draft, "unexpected-header-words", span);
    else if (type !== undefined && type.from > lexeme.to) report(draft, "inexact-content-type", span);
    draft.contentType ??= lexeme.text + (type?.text ?? "");
  }
  draft.lexemes = rest;
}

/** Reads a tool's name that stands where a content type should; returns whether it is one. */
function readConstrainedRecipient(draft: Draft, type: Lexeme, span: { from: number; to: number }): boolean {
  const declared = declaredTool(draft, type);
  if (declared === undefined && !isFullToolName(type.text)) return false;
  if (declared === undefined || draft.lexemes.some(({ text }) => text.startsWith(TO))) {
    report(draft, "unexpected-header-words", span);
  } else {
    report(draft, "recipient-as-content-type", span);
    draft.recipient = declared;
  }
  return true;
}

/** The full name of the declared tool that a word names, unless the word is a content type as well. */
function declaredTool({ context }: Draft, { text }: Lexeme): string | undefined {
  return isContentType(text) ? undefined : context.tools.fullName(text);
}

/** Reads `to=…`; the last one counts. The words behind it that nothing else explains are the content type. */
function readRecipients(draft: Draft): void {
  for (const empty of take(draft, ({ text }) => text === TO)) report(draft, "empty-recipient", empty);
  const first = draft.lexemes.findIndex(({ text }) => text.startsWith(TO));
  if (first < 0) return;
  for (const word of draft.lexemes.splice(first)) {
    if (!word.text.startsWith(TO)) {
      draft.lexemes.push(word);
    } else if (isAuthor(draft, word.text.slice(TO.length))) {
      report(draft, "recipient-is-author", word);
    } else {
      if (draft.recipientWord !== undefined) report(draft, "repeated-recipient", draft.recipientWord);
      draft.recipientWord = word;
      draft.recipient = word.text.slice(TO.length);
    }
  }
  if (draft.recipientWord === undefined) return;
  const behind = draft.lexemes.splice(first);
  if (draft.contentType === undefined && behind.length > 0) {
    draft.contentType = behind.map(({ text }) => text).join(" ");
  } else {
    draft.lexemes.push(...behind);
  }
}

function isAuthor(draft: Draft, name: string): boolean {
  return draft.role === "assistant" && draft.roleWord === undefined && name === "assistant";
}

/** Reads what is left: a declared tool without `to=`, a content type without a marker, or neither. */
function readOtherWords(draft: Draft): void {
  const words = draft.lexemes;
  draft.lexemes = [];
  const [first] = words;
  if (first === undefined) return;
  // A recipient stands in front of the content type.
  const mayBeName = draft.recipient === undefined && first.from < draft.constrainedAt;
  const declared = mayBeName ? declaredTool(draft, first) : undefined;
  if (declared !== undefined) {
    report(draft, "bare-recipient", first);
    draft.recipient = declared;
    words.shift();
  } else if (mayBeName && isAuthor(draft, first.text)) {
    report(draft, "recipient-is-author", first);
    words.shift();
  }
  if (draft.contentType === undefined) readContentType(draft, words, declared !== undefined);
  if (words.length > 0) report(draft, "unexpected-header-words", { from: words[0]!.from, to: words.at(-1)!.to });
}

/** Takes the content type from the end of some words: a known one or, behind a recipient, a single word of any kind. */
function readContentType(draft: Draft, words: Lexeme[], followsRecipient: boolean): void {
  const unknown = words.findLastIndex(({ text }) => !isContentType(text));
  const types = words.splice(followsRecipient && words.length === 1 ? 0 : unknown + 1);
  if (types.length > 0) draft.contentType = types.map(({ text }) => text).join(" ");
}

/** Reads a content type that is glued to the recipient. One that stands anywhere else in the header counts instead. */
function readGluedType(draft: Draft): void {
  const { context, recipientWord } = draft;
  const glued = recipientWord && gluedType(recipientWord.text.slice(TO.length), context.tools);
  if (recipientWord === undefined || glued === undefined) return;
  report(draft, "inexact-recipient", recipientWord);
  draft.recipient = glued.recipient;
  draft.contentType ??= glued.contentType;
}

/** A name with a content type glued to it. */
const GLUED_TYPE = new RegExp(`^(.+)(${ANY_CONTENT_TYPE})$`, "i");

/** Takes a declared tool and a content type apart, unless both in one are a declared tool as well. */
export function gluedType(
  word: string,
  tools: DeclaredTools,
): { readonly recipient: string; readonly contentType: string } | undefined {
  const [, recipient, contentType] = GLUED_TYPE.exec(word) ?? [];
  if (recipient === undefined || contentType === undefined) return undefined;
  if (tools.fullName(recipient) === undefined || tools.fullName(word) !== undefined) return undefined;
  return { recipient, contentType };
}

/** Decides what a word means that stands where a role should: a tool that answers, a tool that is called, or nothing. */
function decideAuthor(draft: Draft): void {
  const { context, roleWord } = draft;
  if (roleWord === undefined) return;
  const word = roleWord.text;
  const [role, name] = splitAt(word, ":");
  const declared = context.tools.fullName(word);
  if (draft.recipient !== undefined) {
    draft.role = "tool";
    draft.name = word;
  } else if (declared !== undefined && context.givenRole === "assistant") {
    draft.recipient = declared;
    report(draft, "tool-as-role", roleWord);
  } else if (isRole(role) && name !== undefined) {
    // This is how the renderer writes a participant's name.
    draft.role = role;
    draft.name = name;
  } else if (word.includes(".")) {
    draft.role = "tool";
    draft.name = word;
  } else {
    report(draft, "unknown-role", roleWord);
  }
}

/** A call of a tool that nobody offered is a call all the same: the model waits for an answer to it. */
function reportUndeclaredTool(draft: Draft): void {
  const { role, recipient, recipientWord, context } = draft;
  // Without `to=`, only the name of a declared tool is a recipient.
  if (role !== "assistant" || recipient === undefined || recipientWord === undefined) return;
  if (context.tools.lacks(recipient)) report(draft, "undeclared-tool", recipientWord);
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + separator.length)];
}
