import type { KeptPages } from "./browser/page-stack.js";

/** What a conversation has to remember of the tools, as plain data. */
export interface ToolMemory {
  /** The pages that the model has opened: it names them by their numbers. */
  readonly pages?: KeptPages | undefined;
  /** The conversation's own id, for a runner of Python that keeps what programs define. */
  readonly session?: string | undefined;
}
