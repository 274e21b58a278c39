import type { CommandModule } from "../work/command.js";

/** Loads the code of each command, which is not needed before. */
export const LOAD: Readonly<Record<string, () => Promise<CommandModule>>> = {
  render: () => import("./render.js"),
  train: () => import("./train.js"),
  parse: () => import("./parse.js"),
  explain: () => import("./explain.js"),
  tokens: () => import("./tokens.js"),
  decode: () => import("./decode.js"),
  count: () => import("./count.js"),
  check: () => import("./check.js"),
  schema: () => import("./schema.js"),
  constrain: () => import("./constrain.js"),
  completion: () => import("./completion.js"),
  man: () => import("./man.js"),
};
