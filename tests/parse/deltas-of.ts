import type { HarmonyEvent } from "../../src/parse/event.js";

/** The text of all deltas among the events. */
export function deltasOf(events: readonly HarmonyEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}
