/**
 * The Spark job of examples/spark with 1, 2 and 4 partitions at a time on a local cluster, beside the command line itself with as
 * many threads, and beside the same job with openai-harmony in Python. What is timed of a job is the stage that reads, renders
 * and writes, by Spark's own log, with the start of the programs in it; and from `spark-submit` to its end. Prints Markdown, and
 * writes the figures to `bench/results/spark.json`. It takes about six minutes, installing not counted.
 *
 *   node bench/training/spark.mjs [--count 40000] [--python-count 6000] [--rounds 2] [--seconds 300] [--partitions 1,2,4]
 *     [--json FILE]
 *
 * Needs Java 17 and Python 3.11.
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
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Cluster } from "../../checks/spark/cluster.mjs";
import { installSpark } from "../../checks/spark/install.mjs";
import { machine } from "../machine.mjs";
import { installVocabulary } from "../native/install.mjs";
import { CACHE, RESULTS, VOCABULARY } from "../paths.mjs";
import { median } from "../statistics.mjs";
import { writeConversations } from "./conversations.mjs";
import { inTurn, measured } from "./measured.mjs";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "40000" },
    "python-count": { type: "string", default: "6000" },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "300" },
    partitions: { type: "string", default: "1,2,4" },
    json: { type: "string", default: join(RESULTS, "spark.json") },
  },
});
const count = Number(values.count);
const pythonCount = Number(values["python-count"]);
const at = (file) => fileURLToPath(new URL(file, import.meta.url));
const MAIN = at("../../dist/cli/main.js");
const AT_A_TIME = values.partitions.split(",").map(Number);

mkdirSync(CACHE, { recursive: true });
installVocabulary();
// The executors inherit it from the worker.
process.env.TIKTOKEN_ENCODINGS_BASE = VOCABULARY;
const python = installSpark(join(CACHE, "spark"), ["openai-harmony==0.0.8"]);
const busy = loadavg()[0];
const folder = mkdtempSync(`${tmpdir()}/harmony-format-spark-`);
const cluster = new Cluster(python, `${folder}/cluster`);
try {
  await cluster.start(["127.0.0.1"], Math.max(...AT_A_TIME));
  report(await measurements());
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** For each number of partitions, a row. */
async function measurements() {
  const { home, master } = cluster.description();
  const ours = { job: at("../../examples/spark/job.py"), count };
  const theirs = { job: at("spark_udf.py"), count: pythonCount };
  const contenders = AT_A_TIME.flatMap((partitions) => [
    { partitions, run: () => bare(partitions) },
    ...[ours, theirs].map(({ job, count }) => ({
      partitions,
      run: () => run(home, master, job, made(count), partitions),
    })),
  ]);
  const limits = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  const runs = await inTurn(contenders, limits, ({ run }) => run());
  const timesOf = (index, what) => median(runs[index].map((each) => each[what]));
  return AT_A_TIME.map((partitions, index) => {
    const [first, spark, udf] = [3 * index, 3 * index + 1, 3 * index + 2];
    // More partitions than processors share them.
    const cores = Math.min(partitions, cpus().length);
    return {
      partitions,
      runs: runs[first].length,
      bare: { seconds: timesOf(first, "seconds"), rowsPerSecond: count / timesOf(first, "seconds") },
      spark: rates(count, cores, timesOf(spark, "stage"), timesOf(spark, "whole")),
      python: rates(pythonCount, cores, timesOf(udf, "stage"), timesOf(udf, "whole")),
    };
  });
}

function rates(rows, cores, stage, whole) {
  return { stage, whole, rowsPerSecond: rows / stage, rowsPerSecondAndCore: rows / stage / cores };
}

function report(rows) {
  const shown = (number) => Math.round(number).toLocaleString("en-US");
  console.log(
    "\n| partitions at a time | rows a second | for each core | with openai-harmony in Python | for each core | |",
  );
  console.log("|---|---|---|---|---|---|");
  for (const { partitions, spark, python } of rows) {
    const figures = [spark, python].flatMap((each) => [shown(each.rowsPerSecond), shown(each.rowsPerSecondAndCore)]);
    console.log(
      `| ${partitions} | ${figures.join(" | ")} | ${(spark.rowsPerSecond / python.rowsPerSecond).toFixed(1)}x |`,
    );
  }
  console.log(
    `\n| ${shown(count)} rows | the command line, \`--jobs\` | the stage of the job | overhead | all of the job |`,
  );
  console.log("|---|---|---|---|---|");
  for (const { partitions, bare, spark } of rows) {
    const seconds = [bare.seconds, spark.stage].map((each) => `${each.toFixed(1)} s`);
    const overhead = `${(spark.stage / bare.seconds).toFixed(2)}x`;
    console.log(`| ${partitions} | ${seconds.join(" | ")} | ${overhead} | ${spark.whole.toFixed(1)} s |`);
  }
  const made = { ...machine({ node: process.execPath }), load: busy };
  writeFileSync(values.json, `${JSON.stringify({ machine: made, count, pythonCount, rows }, undefined, 2)}\n`);
  console.log(
    `\nMedians of ${rows[0].runs}. ${made.processor}, ${made.cores} cores, Node ${made.node}, load average at the start ${busy.toFixed(2)}`,
  );
}

/** The command line on the same file, with as many threads as there are partitions at a time. */
async function bare(threads) {
  const output = `${folder}/bare.jsonl`;
  return await measured(process.execPath, [
    MAIN,
    "train",
    "--quiet",
    "--jobs",
    String(threads),
    "--output",
    output,
    made(count),
  ]);
}

/** Runs a job. Gives the seconds that the writing of its rows took, and those of all of it. */
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
  const begun = performance.now();
  execFileSync(`${home}/bin/spark-submit`, ["--master", master, ...settings, ...own], {
    env: { ...process.env, SPARK_HOME: home, PYSPARK_PYTHON: python, SPARK_LOCAL_IP: "127.0.0.1" },
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 2 ** 26,
  });
  const whole = (performance.now() - begun) / 1000;
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
  return { stage: (longest.ended - longest.begun) / 1000, whole };
}

function made(count) {
  const file = join(CACHE, `training-${count}.jsonl`);
  if (!existsSync(file)) writeConversations(file, count);
  return file;
}
