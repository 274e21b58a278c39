/**
 * The Spark job of examples/spark against the same job with openai-harmony in Python, with 1, 2 and 4 partitions at a time on a
 * local cluster. What is timed is the job that renders and writes, by Spark's own log: the start of Spark is left out.
 *
 *   node bench/training/spark.mjs [--count 60000] [--python-count 12000] [--rounds 3]
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Cluster } from "../../checks/spark/cluster.mjs";
import { installSpark } from "../../checks/spark/install.mjs";
import { publishedFile } from "../../scripts/published-vocabulary.mjs";
import { CACHE, VOCABULARY } from "../paths.mjs";
import { writeConversations } from "./conversations.mjs";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "60000" },
    "python-count": { type: "string", default: "12000" },
    rounds: { type: "string", default: "3" },
  },
});
const at = (file) => fileURLToPath(new URL(file, import.meta.url));
const MAIN = at("../../dist/cli/main.js");
const CONTENDERS = [
  { name: "harmony-format", job: at("../../examples/spark/job.py"), count: Number(values.count) },
  { name: "openai-harmony in Python", job: at("spark_udf.py"), count: Number(values["python-count"]) },
];

mkdirSync(VOCABULARY, { recursive: true });
if (!existsSync(join(VOCABULARY, "o200k_base.tiktoken"))) {
  writeFileSync(join(VOCABULARY, "o200k_base.tiktoken"), publishedFile());
}
// The executors inherit it from the worker.
process.env.TIKTOKEN_ENCODINGS_BASE ??= VOCABULARY;
const python = process.env.PYTHON ?? installSpark(join(CACHE, "spark"), ["openai-harmony==0.0.8"]);
const folder = mkdtempSync(`${tmpdir()}/harmony-format-spark-`);
const cluster = new Cluster(python, `${folder}/cluster`);
try {
  await cluster.start(["127.0.0.1"], 4);
  const { home, master } = cluster.description();
  for (const partitions of [1, 2, 4]) {
    const best = CONTENDERS.map(() => 0);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [index, { job, count }] of CONTENDERS.entries()) {
        const rate = count / run(home, master, job, made(count), partitions);
        best[index] = Math.max(best[index], rate);
      }
    }
    const rates = CONTENDERS.map(({ name }, index) => `${name} ${Math.round(best[index])} rows/s`);
    console.log(`${partitions} at a time: ${rates.join(", ")}: ${(best[0] / best[1]).toFixed(1)}x`);
  }
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a job, and gives the seconds that the writing of its rows took. */
function run(home, master, job, input, partitions) {
  const events = mkdtempSync(`${folder}/events-`);
  const output = `${events}-output`;
  const configuration = {
    "spark.cores.max": partitions,
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "512m",
    "spark.executor.memory": "900m",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.dir": `file://${events}`,
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.ui.enabled": "false",
    // As many partitions as run at a time, of one size.
    "spark.sql.files.maxPartitionBytes": Math.ceil(statSync(input).size / partitions),
    "spark.sql.files.minPartitionNum": 1,
    "spark.sql.files.openCostInBytes": "0",
  };
  const settings = Object.entries(configuration).flatMap(([key, value]) => ["--conf", `${key}=${value}`]);
  const own = [job, input, "--output", output, "--command", `${process.execPath} ${MAIN}`];
  execFileSync(`${home}/bin/spark-submit`, ["--master", master, ...settings, ...own], {
    env: { ...process.env, SPARK_HOME: home, PYSPARK_PYTHON: python, SPARK_LOCAL_IP: "127.0.0.1" },
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 2 ** 26,
  });
  rmSync(output, { recursive: true });
  const [log] = readdirSync(events);
  const lines = readFileSync(`${events}/${log}`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  // The stage with the most time in its tasks is the one that renders.
  const stages = new Map();
  for (const { Event, "Stage ID": stage, "Task Info": task } of lines) {
    if (Event !== "SparkListenerTaskEnd") continue;
    const known = stages.get(stage) ?? { begun: Number.POSITIVE_INFINITY, ended: 0, tasks: 0 };
    known.begun = Math.min(known.begun, task["Launch Time"]);
    known.ended = Math.max(known.ended, task["Finish Time"]);
    known.tasks += 1;
    stages.set(stage, known);
  }
  const longest = [...stages.values()].toSorted((one, other) => other.ended - other.begun - (one.ended - one.begun))[0];
  if (longest.tasks !== partitions) throw new Error(`${longest.tasks} partitions instead of ${partitions}`);
  return (longest.ended - longest.begun) / 1000;
}

function made(count) {
  const file = join(CACHE, `training-${count}.jsonl`);
  if (!existsSync(file)) writeConversations(file, count);
  return file;
}
