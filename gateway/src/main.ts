#!/usr/bin/env node
import { run } from "./command-line/run.js";

await run(process.argv.slice(2), process.env);
