import type { MessageJSON, Role } from "../../src/index.js";

// The rows of the recorded answers. README.md in this folder says what each field means.

/** How the reference refused a question. */
export interface Refusal {
  error?: string;
  message?: string;
}

export interface EncodeRow extends Refusal {
  text: string;
  allowed_special?: "all" | string[];
  disallowed_special?: "all" | string[];
  tokens?: number[];
}

export interface DecodeRow {
  tokens: number[];
  utf8: Refusal & { ok?: string };
  replace: Refusal & { ok?: string };
  bytes: Refusal & { ok?: number[] };
}

export interface CodePointRow {
  block: number;
  context: string;
  sha256: string;
}

export interface RenderRow extends Refusal {
  conversation: string;
  op: "completion" | "conversation" | "training";
  next_role?: Role;
  auto_drop_analysis: boolean;
  tokens?: number[];
  text?: string;
}

export interface RenderMessageRow extends Refusal {
  input: string;
  options: { conversation_has_function_tools: boolean };
  tokens?: number[];
}

export interface ParseRow extends Refusal {
  tokens: number[];
  role: Role | null;
  strict: boolean;
  messages?: MessageJSON[];
}

export type StreamStep =
  | [string, string | null, string | null, string | null, string | null, string | null, string, number]
  | { error: string; message: string };

export interface StreamRow {
  tokens: number[];
  role: Role | null;
  strict: boolean;
  steps: StreamStep[];
  state_data: object | null;
  fed: number[];
  messages: MessageJSON[];
}

export interface Rows {
  encode: EncodeRow;
  decode: DecodeRow;
  codepoints: CodePointRow;
  render: RenderRow;
  render_message: RenderMessageRow;
  parse: ParseRow;
  stream: StreamRow;
}

/** A row of one of the kinds that can be asked by themselves, with the name of the situation that it shows. */
export type DocumentedRow = {
  [Kind in Exclude<keyof Rows, "codepoints">]: { name: string; kind: Kind } & Rows[Kind];
}[Exclude<keyof Rows, "codepoints">];
