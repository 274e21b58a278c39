import type { Run, Settings } from "../io.js";
import type { Handler } from "./handler.js";

/** The code of a command. */
export interface CommandModule {
  readonly run: Run;
  /** For a command that treats one record after another, on any thread: what it does with each. */
  readonly createHandler?: (settings: Settings) => Promise<Handler> | Handler;
}
