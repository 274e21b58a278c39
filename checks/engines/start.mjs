// `npm run engine`: a llama-server with a tiny gpt-oss, until it is interrupted. Further options go to the server:
//
//   npm run engine -- --port 9000 -c 8192
import { spawn } from "node:child_process";
import { installEngine } from "./install.mjs";

const given = process.argv.slice(2);
const { program, options, env, model } = installEngine();
const usual = ["--model", model, "--threads", "1", "--parallel", "1", "--ctx-size", "4096", "--swa-full", "--no-ui"];
const address = ["--host", "127.0.0.1", ...(given.includes("--port") ? [] : ["--port", "8080"])];
const server = spawn(program, [...options, ...usual, ...address, ...given], {
  env: { ...process.env, ...env },
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 0);
});
