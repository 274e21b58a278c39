import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";

/** How long a process may take to say where it listens, in milliseconds. */
const START = 60_000;

/**
 * A standalone cluster of Spark: a master and workers, each a process of its own, on loopback. The workers have addresses of
 * their own, since Spark never runs a speculative copy on the host of the first.
 */
export class Cluster {
  #environment;
  #spark;
  #folder;
  #processes = [];
  #workers = [];
  #master;

  /**
   * @param {string} python The Python that has pyspark.
   * @param {string} folder For everything that the cluster writes.
   */
  constructor(python, folder) {
    const where = "import os, pyspark; print(os.path.dirname(pyspark.__file__))";
    this.#spark = execFileSync(python, ["-c", where], { encoding: "utf8" }).trim();
    this.#folder = folder;
    this.#environment = {
      ...process.env,
      SPARK_HOME: this.#spark,
      SPARK_DAEMON_MEMORY: "256m",
      SPARK_DAEMON_JAVA_OPTS: "-XX:TieredStopAtLevel=1",
      SPARK_LOCAL_DIRS: `${folder}/local`,
      PYSPARK_PYTHON: python,
    };
    mkdirSync(folder, { recursive: true });
    process.once("exit", () => this.#kill());
    for (const signal of ["SIGINT", "SIGTERM"]) {
      process.once(signal, () => {
        this.#kill();
        process.kill(process.pid, signal);
      });
    }
  }

  /**
   * @param {string[]} hosts An address for each worker.
   * @param {number} cores How many tasks a worker runs at a time.
   */
  async start(hosts = ["127.0.0.1", "127.0.0.2"], cores = 1) {
    const ports = ["--port", "0", "--webui-port", "0"];
    const master = ["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", ...ports];
    [this.#master] = await this.#run("master", master, "127.0.0.1", /spark:\/\/127\.0\.0\.1:\d+/);
    this.#workers = await Promise.all(
      hosts.map(async (host, index) => {
        const folder = `${this.#folder}/worker-${index}`;
        const size = ["--cores", String(cores), "--memory", "1g", "--work-dir", folder];
        const worker = ["org.apache.spark.deploy.worker.Worker", "--host", host, ...ports, ...size, this.#master];
        const [, process] = await this.#run(`worker-${index}`, worker, host, /Successfully registered with master/);
        return { folder, group: process.pid };
      }),
    );
  }

  /** What a test needs to know: where the master is, and the processes of each worker, as a process group. */
  description() {
    return { home: this.#spark, master: this.#master, workers: this.#workers };
  }

  /** Ends all processes, and what they have started. */
  async stop() {
    this.#kill();
    await Promise.all(this.#processes.map(({ exited }) => exited));
  }

  #kill() {
    for (const { process: started } of this.#processes) killGroup(started.pid);
  }

  async #run(name, program, host, announcement) {
    const log = `${this.#folder}/${name}.log`;
    const file = openSync(log, "w");
    const started = spawn(`${this.#spark}/bin/spark-class`, program, {
      // A group of its own, so that a worker dies as a machine does: with everything on it.
      detached: true,
      env: { ...this.#environment, SPARK_LOCAL_IP: host },
      stdio: ["ignore", file, file],
    });
    closeSync(file);
    const exited = new Promise((resolve) => started.once("exit", resolve));
    this.#processes.push({ process: started, exited });
    for (const end = performance.now() + START; performance.now() < end; ) {
      const [found] = announcement.exec(readFileSync(log, "utf8")) ?? [];
      if (found !== undefined) return [found, started];
      if (started.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Spark's ${name} did not start:\n${readFileSync(log, "utf8")}`);
  }
}

/** Ends a process and its children at once, as if the power had failed. */
export function killGroup(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
