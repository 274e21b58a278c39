import type { HarmonyEncoding } from "harmony-format";
import type { CitationResolver, ToolNames } from "harmony-format/responses";
import { applyPatchTool } from "./apply-patch/apply-patch-tool.js";
import { browserTool } from "./browser/browser-tool.js";
import { PageStack } from "./browser/page-stack.js";
import type { GatewayTool } from "./gateway-tool.js";
import { CALL_TIMEOUT, type ToolsOptions } from "./options.js";
import { pythonTool } from "./python/python-tool.js";
import type { ToolMemory } from "./tool-memory.js";
import { Toolbox } from "./toolbox.js";

/** The tools that the gateway runs for a request. */
export interface OfferedTools {
  /** The tools as one reply finds them: what it opens is not seen by another answer to the same request. */
  toolbox(): Toolbox;
}

/** No tools at all; a call of one is still answered. */
export const NO_TOOLS: OfferedTools = { toolbox: () => new Toolbox([], CALL_TIMEOUT) };

/** What a request asks for. */
export interface Asked {
  readonly names: ToolNames;
  readonly encoding: HarmonyEncoding;
  /** What earlier requests of the conversation have left. */
  readonly memory?: ToolMemory | undefined;
  /** Whether it wants patches to be applied here. */
  readonly patches?: boolean | undefined;
}

/** The tools that are run for a request: those that it asks for, and that there are. */
export function offeredTools(asked: Asked, options: ToolsOptions): OfferedTools {
  const { names, encoding, memory = {}, patches = false } = asked;
  const { browser, python, applyPatch, timeout = CALL_TIMEOUT } = options;
  const has = (tool: string): boolean => names.builtIn.some(({ name }) => name === tool);
  return {
    toolbox: () => {
      const tools: GatewayTool[] = [];
      const remembered: (() => ToolMemory)[] = [];
      let citation: CitationResolver | undefined;
      if (has("browser") && browser !== undefined) {
        const pages = new PageStack(memory.pages);
        tools.push(browserTool(browser, pages, encoding));
        remembered.push(() => ({ pages: pages.toJSON() }));
        citation = ({ cursor }) => pages.cited(cursor);
      }
      if (has("python") && python !== undefined) {
        const { session = crypto.randomUUID() } = memory;
        tools.push(pythonTool(python, { timeout, session }));
        remembered.push(() => ({ session }));
      }
      if (patches && applyPatch !== undefined) tools.push(applyPatchTool(applyPatch));
      return new Toolbox(tools, timeout, {
        citation,
        remembered: () =>
          remembered.length === 0 ? undefined : Object.assign({}, ...remembered.map((part) => part())),
      });
    },
  };
}
