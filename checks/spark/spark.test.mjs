import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { killGroup } from "./cluster.mjs";

const { python, home, folder, program, data, archive, master, workers } = inject("spark");
const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const JOB = at("../../examples/spark/job.py");

const OPTIONS = ["--max-tokens", "4000"];
/** What the command line writes for the same file. */
const EXPECTED = `${folder}/expected.jsonl`;
const REASONS = `${folder}/reasons.jsonl`;

beforeAll(() => {
  const options = [...OPTIONS, "--overflow", "error", "--errors", REASONS, "--output", EXPECTED, data];
  const { code } = run(process.execPath, [program, "train", ...options]);
  // Some rows are bad.
  expect(code).toBe(1);
});

describe("a partition", () => {
  test("goes through one process with memory that does not grow, and no faster than it is read", () => {
    const { code, stdout } = run(python, [at("partition.py"), data, "6", process.execPath, program, "train"]);
    expect(code).toBe(0);
    const { given, returned, ahead, early, most } = JSON.parse(stdout);
    expect(given).toBe(36_000);
    expect(returned).toBe(given);
    // Some megabytes in pipes and blocks.
    expect(ahead).toBeLessThan(9_000);
    expect(most - early).toBeLessThan(40e6);
  });

  test("whose process dies fails, with what it said", () => {
    const dying = "console.error('no room'); process.exit(3)";
    const { code, stderr } = run(python, [at("partition.py"), data, "1", process.execPath, "-e", dying, "--"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/harmony-format train ended with code 3 before the rows did: no room/);
  });
});

describe("on a cluster, each row comes once, as the command line writes it", () => {
  test("though a process dies, and another task does not get on until a copy overtakes it", async () => {
    const parquet = `${folder}/conversations.parquet`;
    expect(run(python, [at("to_parquet.py"), data, parquet]).code).toBe(0);
    const job = submit("overtaken", parquet, {
      troubles: "die,stall",
      options: ["--column", "text"],
      settings: {
        "spark.speculation": "true",
        "spark.speculation.interval": "200ms",
        "spark.speculation.minTaskRuntime": "500ms",
        "spark.speculation.quantile": "0.5",
      },
    });
    const { code, log } = await job.finished;
    expect(code, log).toBe(0);
    expect(existsSync(`${job.troubles}/die`) && existsSync(`${job.troubles}/stall`)).toBe(true);
    expect(compared(job.output)).toEqual(EVERYTHING_ONCE);
    const tasks = tasksOf(job.events);
    expect(tasks.filter(({ reason }) => reason === "ExceptionFailure")).toHaveLength(1);
    expect(tasks.some(({ isCopy, reason }) => isCopy && reason === "Success")).toBe(true);
  });

  test("though a worker is lost in the middle", async () => {
    const job = submit("lost", data, { troubles: "stall", options: [], settings: {} });
    const claimed = `${job.troubles}/stall`;
    await until(() => (existsSync(claimed) && readFileSync(claimed, "utf8") !== "") || job.hasEnded());
    const place = existsSync(claimed) ? readFileSync(claimed, "utf8") : "";
    const worker = workers.find((each) => place.startsWith(each.folder));
    expect(worker, place).toBeDefined();
    killGroup(worker.group);
    const { code, log } = await job.finished;
    expect(code, log).toBe(0);
    expect(compared(job.output)).toEqual(EVERYTHING_ONCE);
    expect(tasksOf(job.events).some(({ reason }) => reason === "ExecutorLostFailure")).toBe(true);

    // What is there is not written over, unless that is asked for.
    const again = await submit("lost", data, { troubles: "none", options: [], settings: {} }).finished;
    expect(again.code).toBe(1);
    expect(again.log).toMatch(/already exists/i);
  });
});

const NONE_WRONG = { twice: 0, missing: 0, unexpected: 0, different: 0 };
const EVERYTHING_ONCE = { rendered: { rows: 5_939, ...NONE_WRONG }, rejected: { rows: 61, ...NONE_WRONG } };

/** Starts the job on the cluster; its processes have the troubles that are named, see troubled.mjs. */
function submit(name, input, { troubles, options, settings }) {
  const job = {
    troubles: `${folder}/troubles-${name}`,
    events: `${folder}/events-${name}`,
    output: `${folder}/${name}`,
  };
  mkdirSync(job.troubles, { recursive: true });
  mkdirSync(job.events, { recursive: true });
  const configuration = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "512m",
    // A short run is over before the better compiler has paid.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.memory": "512m",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.dir": `file://${job.events}`,
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.sql.files.maxPartitionBytes": "2m",
    "spark.sql.files.openCostInBytes": "0",
    "spark.sql.shuffle.partitions": "1",
    ...settings,
  };
  // Scripts are shipped as a file of their own would be; the package comes with the archive.
  const wrapper = `${folder}/${name}.sh`;
  const main = "harmony-format/package/dist/cli/main.js";
  const command = ["exec", process.execPath, at("troubled.mjs"), job.troubles, troubles, process.execPath, main];
  writeFileSync(wrapper, `#!/bin/sh\n${command.map((part) => `'${part}'`).join(" ")} "$@"\n`, { mode: 0o755 });
  const started = spawn(
    `${home}/bin/spark-submit`,
    [
      ...["--master", master, "--archives", `${archive}#harmony-format`],
      ...Object.entries(configuration).flatMap(([key, value]) => ["--conf", `${key}=${value}`]),
      ...[JOB, input, "--output", job.output, "--command", wrapper, ...options, "--", ...OPTIONS],
    ],
    { cwd: folder, env: { ...process.env, SPARK_HOME: home, PYSPARK_PYTHON: python, SPARK_LOCAL_IP: "127.0.0.1" } },
  );
  let log = "";
  for (const stream of [started.stdout, started.stderr]) stream.on("data", (text) => (log += text));
  const finished = new Promise((resolve) => started.once("close", (code) => resolve({ code, log })));
  return { ...job, finished, hasEnded: () => started.exitCode !== null };
}

function compared(output) {
  const { code, stdout, stderr } = run(python, [at("compare.py"), data, EXPECTED, REASONS, output]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** How each task ended, by Spark's log of events. */
function tasksOf(events) {
  const [file] = readdirSync(events);
  return readFileSync(`${events}/${file}`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((event) => event.Event === "SparkListenerTaskEnd")
    .map((event) => ({ reason: event["Task End Reason"].Reason, isCopy: event["Task Info"].Speculative }));
}

async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

function run(command, options) {
  try {
    return { code: 0, stdout: execFileSync(command, options, { encoding: "utf8", stdio: "pipe" }), stderr: "" };
  } catch (error) {
    return { code: error.status, stdout: error.stdout, stderr: error.stderr };
  }
}
