import type { JSX } from "preact";
import type { DifferenceFlowProps } from "./difference-flow.js";
import { whenNeeded } from "./when-needed.js";

/** Two runs of tokens in one flow, with what only one of them has marked. */
export const DifferenceView: (props: DifferenceFlowProps) => JSX.Element | null = whenNeeded(() =>
  import("./difference-flow.js").then(({ DifferenceFlow }) => DifferenceFlow),
);
