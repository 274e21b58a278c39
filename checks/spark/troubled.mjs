// A program that has trouble: troubled.mjs FOLDER TROUBLES PROGRAM ...
//
// Runs PROGRAM. The first processes with the same FOLDER take the troubles, `die` and `stall`, one each: in the middle of their
// work, one kills PROGRAM and itself, the other goes no further until it is killed.
import { spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";

/** After how many bytes of the input the trouble comes. */
const MIDDLE = 600_000;

const [folder, troubles, program, ...options] = process.argv.slice(2);
const trouble = troubles.split(",").find((name) => claim(`${folder}/${name}`));
// The pipe for errors has a number that only the options know.
const errors = Number(options[options.indexOf("--errors") + 1].split("/").at(-1));
const stdio = [trouble === undefined ? "inherit" : "pipe", "inherit", "inherit"];
while (stdio.length < errors) stdio.push("ignore");
stdio.push(errors);
const child = spawn(program, options, { stdio });

// Whoever has started this process may be killed, and then nobody else ends it.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit();
}, 100).unref();

if (trouble === undefined) {
  child.on("exit", (code) => process.exit(code ?? 3));
} else {
  let passed = 0;
  for await (const chunk of process.stdin) {
    await new Promise((resolve) => child.stdin.write(chunk, resolve));
    passed += chunk.length;
    if (passed > MIDDLE) break;
  }
  if (passed <= MIDDLE) throw new Error("the partition is too small to have a middle");
  if (trouble === "die") {
    child.kill("SIGKILL");
    process.kill(process.pid, "SIGKILL");
  }
  await new Promise(() => setInterval(() => {}, 1_000));
}

function claim(name) {
  try {
    const file = openSync(name, "wx");
    writeSync(file, process.cwd());
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}
