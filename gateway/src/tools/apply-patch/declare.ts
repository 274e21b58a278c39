import { fieldsOf } from "../../http/body.js";
import { APPLY_PATCH, type ApplyPatchOptions } from "./apply-patch-tool.js";
import { APPLY_PATCH_INSTRUCTIONS } from "./instructions.js";

/**
 * Whether a request wants the gateway to apply patches: it declares a tool of the type `apply_patch`. A function or a custom
 * tool of that name, such as Codex has, is the client's own.
 */
export function wantsPatches(tools: unknown): boolean {
  return Array.isArray(tools) && tools.some(isIt);
}

/** The tools of a request, with the function that the model knows. @param wrap How the shape has a function. */
export function withApplyPatch(tools: unknown, wrap: (definition: typeof APPLY_PATCH) => object): unknown {
  return Array.isArray(tools) ? tools.map((tool) => (isIt(tool) ? wrap(APPLY_PATCH) : tool)) : tools;
}

/** What the model is told of patches, behind the instructions of the request. */
export function patchInstructions({ instructions = APPLY_PATCH_INSTRUCTIONS }: ApplyPatchOptions): string {
  return instructions;
}

function isIt(tool: unknown): boolean {
  return fieldsOf(tool).type === "apply_patch";
}
