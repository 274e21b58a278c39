import { exa } from "./browser/backends/exa.js";
import { youCom } from "./browser/backends/you.js";
import type { BrowserBackend } from "./browser/page.js";
import type { ToolsOptions } from "./options.js";

/** The services behind the browser that can be named. */
const BROWSERS: ReadonlyMap<string, () => BrowserBackend> = new Map([
  ["exa", exa],
  ["you", youCom],
]);

/**
 * The tools that a command line names: `apply-patch=FOLDER`, and `browser=exa` or `browser=you`, whose keys are in the
 * environment.
 * @throws TypeError for what is not understood, and for a service without a key.
 */
export function toolsNamed(names: readonly string[]): ToolsOptions {
  let tools: ToolsOptions = {};
  const seen = new Set<string>();
  for (const given of names) {
    const [, tool = given, value = ""] = /^([^=]*)=(.*)$/s.exec(given) ?? [];
    if (seen.has(tool)) throw new TypeError(`tools: ${tool} is named twice`);
    seen.add(tool);
    if (tool === "apply-patch") {
      if (value === "") throw new TypeError("tools: say in which folder patches are applied: apply-patch=FOLDER");
      tools = { ...tools, applyPatch: { folder: value } };
    } else if (tool === "browser") {
      const make = BROWSERS.get(value);
      if (make === undefined) {
        throw new TypeError(`tools: browser must be one of ${[...BROWSERS.keys()].join(", ")}, such as browser=exa`);
      }
      tools = { ...tools, browser: make() };
    } else {
      throw new TypeError(
        `tools: there is no tool ${JSON.stringify(tool)}; name apply-patch=FOLDER, browser=exa or browser=you`,
      );
    }
  }
  return tools;
}
