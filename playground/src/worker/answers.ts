/**
 * What the page asks the worker, and what the worker answers. Everything long is in typed arrays and single strings, so that
 * handing it over costs the page next to nothing.
 */
import type { KeepAnalysis, ParseMode, RecipientPlace } from "harmony-format";

/** Tokens and their text. */
export interface Pieces {
  readonly tokens: Uint32Array;
  readonly text: string;
  /** For each token, where its text ends, in UTF-16 units. A token that leaves a character incomplete adds nothing. */
  readonly ends: Uint32Array;
}

/** Two runs of tokens in one, with what only one of them has marked. */
export interface Difference {
  /** What both have, once; where they differ, what the left one has, then what the right one has instead. */
  readonly pieces: Pieces;
  /** For each token, who has it: 0 for both, 1 for the left run alone, 2 for the right one alone. */
  readonly sides: Uint8Array;
  /** The stretches that differ: start and end of each, as indices of tokens in the pieces. */
  readonly bounds: Uint32Array;
  /** How many tokens only the left run has. */
  readonly removed: number;
  /** How many tokens only the right run has. */
  readonly added: number;
  /** Whether so much differs that stretches are marked as a whole, in which some tokens may be the same. */
  readonly isCoarse: boolean;
}

/** Something that is wrong with an input, and where. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly message: string;
  /** JSON path, such as `messages[2].content[0].type`. */
  readonly path?: string;
  /** UTF-16 offset in the text. */
  readonly offset?: number;
}

export type InputKind = "auto" | "conversation" | "chat";
export type PromptEnd = "completion" | "none" | "training";

/** What stands in the editor, and how it is rendered. */
export interface RenderedInput {
  readonly text: string;
  readonly kind: InputKind;
  readonly end: PromptEnd;
  readonly keepAnalysis: Exclude<KeepAnalysis, (...args: never) => unknown>;
  readonly recipientPlace: RecipientPlace;
}

export interface PromptQuestion extends RenderedInput {
  readonly type: "prompt";
  /** Another prompt to compare with: the kept one, or the same conversation with another end or policy. */
  readonly against: PromptEnd | PromptQuestion["keepAnalysis"] | "kept" | "";
  /** The fields of the question whose prompt is kept, as JSON; empty for none. */
  readonly kept: string;
}

export interface PromptMessage {
  readonly role: string;
  readonly name?: string | undefined;
  readonly channel?: string | undefined;
  readonly recipient?: string | undefined;
  /** Range in the pieces. */
  readonly start: number;
  readonly end: number;
  /** Index of its first token in the prompt; -1 if it is left out of the prompt. */
  readonly offset: number;
  /** How many of its tokens are in its header, its content and its terminator. */
  readonly sections: readonly [header: number, content: number, terminator: number];
  /** The beginning of the turn that the model is to write. */
  readonly isNext: boolean;
}

export interface PromptAnswer {
  readonly kind: "conversation" | "chat" | undefined;
  readonly problems: readonly Problem[];
  /** Absent where the input cannot be rendered. */
  readonly prompt?: {
    /** With what is left out. */
    readonly pieces: Pieces;
    readonly messages: readonly PromptMessage[];
    /** Tokens in the prompt itself. */
    readonly count: number;
    readonly canonical: string;
    /** From the other prompt, on the left, to this one. */
    readonly difference?: Difference | undefined;
  };
}

export interface ParseQuestion {
  readonly type: "parse";
  readonly text: string;
  /** Whether the prompt ended with `<|start|>assistant`. */
  readonly afterStart: boolean;
  readonly tools: string;
  readonly continueAfterCall: boolean;
}

export interface ReadHeader {
  readonly role: string;
  readonly name?: string | undefined;
  readonly channel?: string | undefined;
  readonly recipient?: string | undefined;
  readonly content_type?: string | undefined;
}

export interface ReadMessage extends ReadHeader {
  readonly text: string;
  /** What ended it. */
  readonly ending?: string | undefined;
  /** The range of its tokens. */
  readonly start: number;
  readonly end: number;
}

export interface ReadDiagnostic {
  readonly code: string;
  readonly message: string;
  readonly action: string;
  readonly start: number;
  readonly end: number;
  /** After how many tokens it was reported. */
  readonly step: number;
}

/** How one mode reads the completion. Index k of each array is the state after k tokens. */
export interface Reading {
  readonly mode: ParseMode;
  /** 0: a message is expected; 1: a header; 2: a content. */
  readonly state: Uint8Array;
  /** Where the header that is being read begins. */
  readonly headerStart: Uint32Array;
  /** How many messages have begun. */
  readonly begun: Uint32Array;
  /** How many of them have ended. */
  readonly ended: Uint32Array;
  /** How long the text of the last one is, in UTF-16 units. */
  readonly length: Uint32Array;
  readonly messages: readonly ReadMessage[];
  readonly diagnostics: readonly ReadDiagnostic[];
  /** What the mode says where it gives up. */
  readonly error?: { readonly code: string; readonly message: string; readonly token: number };
}

export interface ParseAnswer {
  readonly problems: readonly Problem[];
  /** What the input was taken for, in words. */
  readonly recognised: string;
  readonly notes: readonly string[];
  readonly completion?: {
    readonly pieces: Pieces;
    readonly reason?: string | undefined;
    /** Strict and permissive are absent where only text without markers is known. */
    readonly readings: readonly Reading[];
  };
}

export interface TokenQuestion {
  readonly type: "token";
  readonly token: number;
}

export interface TokenAnswer {
  /** Absent for an id outside the vocabulary. */
  readonly bytes?: readonly number[] | undefined;
}

export interface MergesQuestion {
  readonly type: "merges";
  readonly token: number;
}

/** What a token was before and after a merge. */
export interface MergeStep {
  /** The pieces of the token, in order: text, or bytes as hexadecimal digits where they are no whole characters. */
  readonly pieces: readonly string[];
  /** Index of the piece that the merge has made; -1 for the single bytes, which come first. */
  readonly at: number;
  /** Id of that piece, which is also the merge's rank: of all pairs of neighbours, the one of the lowest is merged. */
  readonly token: number;
}

export interface MergesAnswer {
  /** None for a special token, and for an id outside the vocabulary. */
  readonly steps: readonly MergeStep[];
}

/** Asks what a chat template is to be given for a conversation. */
export interface TemplateInputsQuestion extends Pick<RenderedInput, "text" | "kind" | "end"> {
  readonly type: "template-inputs";
  /** Whether the arguments of calls are given as values, as servers give them, or as the text that a request has. */
  readonly parsedArguments: boolean;
}

export interface TemplateInputsAnswer {
  readonly problems: readonly Problem[];
  /** The variables, as JSON; absent where the conversation cannot be read. */
  readonly inputs?: string;
  /** The day that a template is told, `2026-11-21`. */
  readonly date: string;
  /** What of the conversation no template can be told, in a sentence each. */
  readonly unsaid: readonly string[];
}

/** Asks for what a chat template writes. It is answered by a worker of its own. */
export interface TemplateQuestion {
  readonly type: "template";
  readonly template: string;
  readonly inputs: string | undefined;
  readonly date: string;
}

export interface TemplateAnswer {
  readonly text?: string;
  readonly problem?: Problem;
}

/** Asks how a text that a template has written differs from the prompt. */
export interface DifferenceQuestion extends RenderedInput {
  readonly type: "difference";
  readonly theirs: string | undefined;
}

export interface DifferenceAnswer {
  /** The left run is the prompt, the right one the template's. Absent without a prompt, or without a text. */
  readonly difference?: Difference;
  /** Whether the texts are the same. Then only the tokens differ, if anything does. */
  readonly isSameText?: boolean;
}

export interface SchemaQuestion {
  readonly type: "schema";
  readonly text: string;
}

export interface SchemaAnswer {
  readonly problems: readonly Problem[];
  readonly declaration?: string;
  readonly count?: number;
}

export interface Answers {
  readonly prompt: PromptAnswer;
  readonly parse: ParseAnswer;
  readonly token: TokenAnswer;
  readonly merges: MergesAnswer;
  readonly schema: SchemaAnswer;
  readonly "template-inputs": TemplateInputsAnswer;
  readonly template: TemplateAnswer;
  readonly difference: DifferenceAnswer;
}

/** What the worker answers; a template has a worker of its own. */
export type Question =
  | PromptQuestion
  | ParseQuestion
  | TokenQuestion
  | MergesQuestion
  | SchemaQuestion
  | TemplateInputsQuestion
  | DifferenceQuestion;

/** The first of all special tokens; every id from here on is one. */
export const FIRST_SPECIAL = 199998;
