import { checkOptions, checkString } from "../options.js";

/**
 * A message that the prompt begins and the model goes on with: its header, and what the prompt holds of its content. The
 * renderer writes it at the end of the prompt, and the parsers, given the same, read on from there.
 */
export interface Prefill {
  readonly channel?: string | undefined;
  readonly recipient?: string | undefined;
  readonly content_type?: string | undefined;
  /** The beginning of the content, with which the message's content will begin. Default: `""`. */
  readonly content?: string | undefined;
}

const PREFILL_FIELDS = ["channel", "recipient", "content_type", "content"] as const satisfies (keyof Prefill)[];

/**
 * Checks the option `prefill`.
 * @throws TypeError for an unknown field or a value of the wrong type.
 */
export function checkPrefill(prefill: Prefill | undefined): void {
  checkOptions(prefill, PREFILL_FIELDS, "prefill");
  for (const field of PREFILL_FIELDS) {
    if (prefill?.[field] !== undefined) checkString(prefill[field], `prefill.${field}`);
  }
}
