import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { installTools } from "../../tool-folder.mjs";

const HERE = new URL("./", import.meta.url);
const PROGRAM = fileURLToPath(new URL("node_modules/.bin/codex", HERE));

/** What `codex exec --json` prints, one object on a line. */
export interface CodexEvent {
  readonly type: string;
  readonly item?: {
    readonly type: string;
    readonly text?: string;
    readonly command?: string;
    readonly aggregated_output?: string;
    readonly exit_code?: number | null;
    readonly status?: string;
    readonly message?: string;
    readonly [field: string]: unknown;
  };
  readonly usage?: Readonly<Record<string, number>>;
  readonly [field: string]: unknown;
}

/** One run of Codex. */
export interface CodexRun {
  readonly exitCode: number | null;
  readonly events: readonly CodexEvent[];
  /** All that it printed, for the message of a test that fails. */
  readonly printed: string;
}

/** A Codex with a home and a project of its own. */
export interface Codex {
  /** The folder that it works in; empty at first. */
  readonly project: string;
  /** Gives it a task. */
  exec(task: string): Promise<CodexRun>;
  /** Gives it another task in the conversation of the last one. */
  resume(task: string): Promise<CodexRun>;
  remove(): void;
}

/** @param settings Lines of its configuration, beside those that lead it to the gateway. */
export function installCodex(address: string, model: string, settings: readonly string[] = []): Codex {
  installTools(HERE);
  // Codex puts its helper programs beside its settings, but not in a folder for temporary files.
  const home = mkdtempSync(fileURLToPath(new URL("node_modules/.home-", HERE)));
  const project = mkdtempSync(`${tmpdir()}/codex-project-`);
  const configuration = [
    `model = ${JSON.stringify(model)}`,
    'model_provider = "gateway"',
    "check_for_update_on_startup = false",
    ...settings,
    "[analytics]",
    "enabled = false",
    "[model_providers.gateway]",
    'name = "gateway"',
    `base_url = ${JSON.stringify(`${address}/v1`)}`,
    'wire_api = "responses"',
    // A refusal is to be seen, and not tried again.
    "request_max_retries = 0",
    "stream_max_retries = 0",
  ];
  writeFileSync(`${home}/config.toml`, `${configuration.join("\n")}\n`);
  // Its own sandbox needs rights that a container does not give; what the model runs here is written in the test.
  const options = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
  return {
    project,
    exec: (task) => run(["exec", ...options, task], home, project),
    resume: (task) => run(["exec", "resume", ...options, "--last", task], home, project),
    remove: () => {
      for (const folder of [home, project]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(args: readonly string[], home: string, project: string): Promise<CodexRun> {
  const env = { PATH: process.env.PATH, HOME: home, CODEX_HOME: home };
  const codex = spawn(PROGRAM, args, { cwd: project, env, stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
  let lines = "";
  let printed = "";
  codex.stdout.setEncoding("utf8").on("data", (text: string) => {
    lines += text;
    printed += text;
  });
  codex.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const [exitCode] = (await once(codex, "close")) as [number | null];
  const events = lines.split("\n").flatMap((line) => (line.trim() === "" ? [] : [JSON.parse(line) as CodexEvent]));
  return { exitCode, events, printed };
}
