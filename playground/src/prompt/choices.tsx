import type { VNode } from "preact";

/** How a prompt may end, and what it may keep of old analysis, in words. */
export const ENDS = {
  completion: "with the model's turn",
  none: "with the last message",
  training: "as for training",
};
export const POLICIES = {
  reference: "as the reference does",
  "after-last-final": "after the last answer",
  "this-turn": "of this turn",
  all: "all of it",
};

/** The choices, each behind a word that says what it is about. */
export function optionsOf(names: Readonly<Record<string, string>>, about = ""): VNode[] {
  return Object.entries(names).map(([value, name]) => (
    <option key={value} value={value}>
      {about}
      {name}
    </option>
  ));
}
