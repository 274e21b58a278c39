import { execFileSync } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";
import { PYTHON } from "./paths.mjs";

/** The machine and the programs that the figures were made with. */
export function machine({ node, native }) {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()} ${process.arch}`,
    node: versionOf(node),
    ...(native ? { python: versionOf(PYTHON), rust: versionOf("rustc") } : {}),
  };
}

function versionOf(program) {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
}
