import type { InputFormat } from "../input/format.js";
import type { OpenConsumer } from "./consumer.js";
import type { Handler } from "./handler.js";

/** How a command goes through its input. */
export interface RecordPlan {
  readonly handler: Handler;
  /** What it reads. The last one is what everything is that is not recognised. */
  readonly accepted: readonly InputFormat[];
  /** What one record is called, and several. */
  readonly noun: readonly [one: string, several: string];
  readonly openConsumer?: OpenConsumer;
  /** Whether the inputs' checksums are wanted. */
  readonly isHashed?: boolean;
  /** Whether the output depends on how the input is cut into chunks. */
  readonly isSteady?: boolean;
  /** Whether the output is a folder, which must not exist yet. */
  readonly isFolder?: boolean;
  /** Whether findings are part of the output, rather than reported beside it. */
  readonly hasFindings?: boolean;
}
