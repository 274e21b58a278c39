// The link that opens an example in the playground. The state of that page is the fragment of its address: `v1.` and the
// state as JSON, deflated without a header, in base64url. What the state leaves out is as the page has it at first.
import { deflateRawSync } from "node:zlib";

/**
 * The fragment for a block of the guide, or `undefined` for one that the playground has no use for.
 * @param {string} info The words behind the fence: `json conversation`.
 * @param {string} text
 */
export function playgroundFragment(info, text) {
  if (info === "json conversation") return fragmentOf({ tab: "prompt", prompt: { text } });
  if (info === "harmony completion") return fragmentOf({ tab: "parse", parse: { text } });
  // An example of docs/diagnostics.md, with the tools that are declared.
  const [isCompletion, tools] = /^(?:harmony(?: tools=(\S+))?|json tokens)$/.exec(info) ?? [];
  if (isCompletion !== undefined) return fragmentOf({ tab: "parse", parse: { text, tools } });
  return undefined;
}

function fragmentOf(state) {
  return `v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;
}
