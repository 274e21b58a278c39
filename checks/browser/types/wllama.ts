// wllama's own class is what the engine takes: this compiles, or the check fails.
import { Wllama } from "@wllama/wllama";
import { type Engine, wllama } from "harmony-format/engines";

export const engine: Engine = wllama(new Wllama({ default: "wllama.wasm" }));
