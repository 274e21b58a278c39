// A process that is measured: how much memory, processor time and how many sockets it has, as Linux knows it.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Linux counts processor time in hundredths of a second, everywhere. */
const TICK = 10;

/** Starts a program, and waits until it says where it listens. */
export async function startProcess(program, options, { env = {}, says = /(http:\S+)/ } = {}) {
  const child = spawn(program, options, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  process.on("exit", () => child.kill("SIGKILL"));
  let output = "";
  const address = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output = (output + text).slice(-4_000);
        const found = says.exec(output);
        if (found !== null) resolve(found[1]);
      });
    }
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}:\n${output}`)));
    child.once("error", reject);
  });
  return { address, pid: child.pid, stop: () => stopProcess(child), output: () => output };
}

async function stopProcess(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(patience);
}

/** Memory in bytes, processor time in milliseconds, and open sockets of a process, its listener included. */
export function usageOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  const sockets = readdirSync(`/proc/${pid}/fd`).filter((name) => isSocket(`/proc/${pid}/fd/${name}`)).length;
  return { memory: Number(kilobytes) * 1024, processor: (Number(fields[11]) + Number(fields[12])) * TICK, sockets };
}

function isSocket(path) {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    // It has been closed meanwhile.
    return false;
  }
}
