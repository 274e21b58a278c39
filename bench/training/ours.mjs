import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { loadHarmonyEncoding } from "../../dist/index.js";

const lines = readFileSync(process.argv[2], "utf8").trimEnd().split("\n");
const encoding = loadHarmonyEncoding();
encoding.renderForTraining(lines[0]);

const start = process.cpuUsage();
const { tokens, mask } = encoding.renderBatchForTraining(lines);
const { user, system } = process.cpuUsage(start);

const digest = createHash("sha256").update(tokens).update(mask).digest("hex");
const learned = mask.reduce((sum, bit) => sum + bit, 0);
console.log(JSON.stringify({ seconds: (user + system) / 1e6, tokens: tokens.length, learned, digest }));
