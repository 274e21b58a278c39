import type { ToolNames } from "harmony-format/responses";
import { applyPatchTool } from "./apply-patch/apply-patch-tool.js";
import type { GatewayTool } from "./gateway-tool.js";
import { CALL_TIMEOUT, type ToolsOptions } from "./options.js";
import { pythonTool } from "./python/python-tool.js";
import { Toolbox } from "./toolbox.js";

/** What a conversation has to remember of the tools, as plain data. */
export interface ToolMemory {
  /** The conversation's own id, for a runner of Python that keeps what programs define. */
  readonly session?: string | undefined;
}

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
  /** What earlier requests of the conversation have left. */
  readonly memory?: ToolMemory | undefined;
  /** Whether it wants patches to be applied here. */
  readonly patches?: boolean | undefined;
}

/** The tools that are run for a request: those that it asks for, and that there are. */
export function offeredTools({ names, memory = {}, patches = false }: Asked, options: ToolsOptions): OfferedTools {
  const { python, applyPatch, timeout = CALL_TIMEOUT } = options;
  const hasPython = names.builtIn.some(({ name }) => name === "python");
  return {
    toolbox: () => {
      const tools: GatewayTool[] = [];
      const { session = crypto.randomUUID() } = memory;
      if (hasPython && python !== undefined) tools.push(pythonTool(python, { timeout, session }));
      const hasMemory = tools.length > 0;
      if (patches && applyPatch !== undefined) tools.push(applyPatchTool(applyPatch));
      const remembered = (): ToolMemory | undefined => (hasMemory ? { session } : undefined);
      return new Toolbox(tools, timeout, { remembered });
    },
  };
}
