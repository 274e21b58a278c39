import type { GatewayTool } from "../gateway-tool.js";

/** Where patches are applied, and how the model is told of it. */
export interface ApplyPatchOptions {
  /** The folder. A patch cannot name anything outside of it. */
  readonly folder: string;
  /** What the developer message says of patches. Default: the form, in the gateway's own words. */
  readonly instructions?: string | undefined;
}

/** The tool as gpt-oss knows it: a function whose only argument is the patch. */
export const APPLY_PATCH = {
  name: "apply_patch",
  description: "Patch a file",
  parameters: {
    type: "string",
    description: "Formatted patch code",
    default: "*** Begin Patch\n*** End Patch\n",
  },
} as const;

/** Applies the patches of the model to a folder. */
export function applyPatchTool({ folder }: ApplyPatchOptions): GatewayTool {
  return {
    recipientOf: (called) => (called === "functions.apply_patch" || called === "apply_patch" ? called : undefined),
    run: async ({ text }, signal) => {
      let patch: string;
      try {
        patch = patchIn(text);
      } catch (error) {
        return `Error parsing JSON: ${messageOf(error)}`;
      }
      try {
        // When it is needed: a gateway without this tool runs where there are no files.
        const { applyPatch } = await import("./patch-folder.js");
        await applyPatch(patch.trim(), folder, signal);
      } catch (error) {
        signal.throwIfAborted();
        return `Error applying patch: ${messageOf(error)}`;
      }
      return "Done!";
    },
  };
}

/**
 * The patch of a call: the text as it is, or the last value of an object, or a string of JSON.
 * @throws SyntaxError for what begins as JSON and is none.
 */
function patchIn(text: string): string {
  const start = text.trimStart();
  if (!start.startsWith("{") && !start.startsWith('"')) return text;
  const value: unknown = JSON.parse(text);
  const last = typeof value === "object" && value !== null ? Object.values(value).at(-1) : value;
  return typeof last === "string" ? last : "";
}

/** An error without the paths of the machine, which are nothing for the model. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? `the files cannot be changed (${String(error.code)})` : error.message;
}
