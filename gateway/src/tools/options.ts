import type { BuiltInTool } from "harmony-format/responses";
import type { ApplyPatchOptions } from "./apply-patch/apply-patch-tool.js";
import type { BrowserBackend } from "./browser/page.js";
import type { PythonRunner } from "./python/python-tool.js";

/** The tools that the gateway runs itself, for the requests that ask for them. None is there unless it is named here. */
export interface ToolsOptions {
  /** Searches the web and fetches pages for the model's `browser`, for `web_search`. */
  readonly browser?: BrowserBackend | undefined;
  /** Runs the model's `python`, for `code_interpreter`. Nothing runs code unless a runner is given. */
  readonly python?: PythonRunner | undefined;
  /** Applies the model's patches to a folder of this machine, for requests that declare a tool of the type `apply_patch`. */
  readonly applyPatch?: ApplyPatchOptions | undefined;
  /** How many completions of the engine one reply may take. Default: 16. */
  readonly maxRounds?: number | undefined;
  /** How long one call of a tool may take, in milliseconds. Default: 120,000, as the model is told of its Python. */
  readonly timeout?: number | undefined;
}

/** How long a call may take where nobody says it, in milliseconds. */
export const CALL_TIMEOUT = 120_000;

/** Those of the model's own tools that the gateway can run. */
export function builtInToolsOf({ browser, python }: ToolsOptions): readonly BuiltInTool[] {
  const tools: BuiltInTool[] = [];
  if (browser !== undefined) tools.push("browser");
  if (python !== undefined) tools.push("python");
  return tools;
}
