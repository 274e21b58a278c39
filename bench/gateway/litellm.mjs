// LiteLLM's proxy, in an environment of its own under bench/.cache.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProcess } from "./process.mjs";
import { KEY } from "./streams.mjs";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
/** How long it may take to start, in milliseconds. */
const PATIENCE = 120_000;
const FOLDER = fileURLToPath(new URL("../.cache/litellm", import.meta.url));

/** Installs it once. @returns Its version. */
export function installLitellm() {
  const stamp = `${FOLDER}/requirements.txt`;
  const requirements = readFileSync(REQUIREMENTS, "utf8");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== requirements) {
    const options = { stdio: ["ignore", 2, 2] };
    mkdirSync(FOLDER, { recursive: true });
    execFileSync("python3", ["-m", "venv", FOLDER], options);
    execFileSync(
      `${FOLDER}/bin/pip`,
      ["install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
      options,
    );
    writeFileSync(stamp, requirements);
  }
  return /litellm\[proxy\]==(\S+)/.exec(requirements)[1];
}

/** Starts it before the engine's chat endpoint. It gets one worker, as the gateway has one process. */
export async function startLitellm(engine) {
  const port = await freePort();
  const model = { model: "openai/gpt-oss", api_base: `${engine}/v1`, api_key: "none" };
  const settings = { model_list: [{ model_name: "gpt-oss", litellm_params: model }] };
  const config = `${FOLDER}/config.json`;
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(settings));
  const options = [
    "--config",
    config,
    "--port",
    String(port),
    "--host",
    "127.0.0.1",
    "--num_workers",
    "1",
    "--telemetry",
    "False",
  ];
  const env = { LITELLM_LOG: "ERROR", LITELLM_MASTER_KEY: KEY, LITELLM_LOCAL_MODEL_COST_MAP: "True", NO_DOCS: "True" };
  const litellm = await startProcess(`${FOLDER}/bin/litellm`, options, { env, says: /Proxy (initialized)/ });
  const address = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + PATIENCE; !(await answers(`${address}/health/liveliness`)); await pause(200)) {
    if (Date.now() > deadline) throw new Error(`LiteLLM is not ready:\n${litellm.output()}`);
  }
  return { ...litellm, address };
}

async function answers(url) {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
