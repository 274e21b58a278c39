import { loadHarmonyEncoding } from "../../dist/index.js";

export const encoding = loadHarmonyEncoding();
