// CommonJS, with types.
import harmony = require("harmony-format");

export const tokens: number[] = harmony.loadHarmonyEncoding().encode("Hi");
