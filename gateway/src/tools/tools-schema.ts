import { z } from "zod";
import { withMethods } from "../with-methods.js";

/** A whole number that is positive. A timer cannot wait longer than this many milliseconds. */
const count = (error: string) => z.int({ error }).min(1, { error }).max(2_147_483_647, { error });

/** What the field `tools` of the options may hold. */
export const TOOLS_SCHEMA = z.strictObject(
  {
    browser: withMethods(["search", "fetch"], "must be a browser's backend, such as exa()").optional(),
    python: withMethods(["run"], "must be a runner of Python: an object with a method run(code, options)").optional(),
    applyPatch: z
      .strictObject(
        {
          folder: z.string({ error: "must be the path of a folder" }).min(1, { error: "must be the path of a folder" }),
          instructions: z.string({ error: "must be a text" }).optional(),
        },
        { error: 'must be an object such as { folder: "/srv/project" }' },
      )
      .optional(),
    maxRounds: count("must be a whole number from 1 on").optional(),
    timeout: count("must be a number of milliseconds from 1 on").optional(),
  },
  { error: "must be an object such as { maxRounds: 8 }" },
);
