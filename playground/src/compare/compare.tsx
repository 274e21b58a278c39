import type { JSX } from "preact";
import type { CompareTab } from "./compare-tab.js";
import { whenNeeded } from "./when-needed.js";

/** The tab Compare, which the page loads when it is first opened, and the template engine with it. */
export const Compare: (props: Parameters<typeof CompareTab>[0]) => JSX.Element | null = whenNeeded(() =>
  import("./compare-tab.js").then(({ CompareTab }) => CompareTab),
);
