// The tables of docs/gateway.md are what the command's flags and its figures say. With UPDATE_DOCS=1 they are written.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FLAGS, type Flag } from "../../gateway/dist/command-line/flags.js";
import { type GatewayProcess, startGateway } from "./start-gateway.js";

const PAGE = fileURLToPath(new URL("../../docs/gateway.md", import.meta.url));
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway(["--demo"]);
});
afterAll(() => gateway.stop());

function expectSection(name: string, expected: string): void {
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  expect(from).toBeGreaterThan(begin.length);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, page.slice(0, from) + expected + page.slice(to));
  else expect(page.slice(from, to)).toBe(expected);
}

test("flags", () => {
  const rows = Object.entries<Flag>(FLAGS).map(([name, { placeholder, help }]) => {
    const cell = placeholder === undefined ? `\`--${name}\`` : `\`--${name} ${placeholder}\``;
    return `| ${cell} | ${help.replaceAll("|", "\\|").replaceAll("*", "\\*")} |\n`;
  });
  expectSection("flags", `| flag | what |\n|---|---|\n${rows.join("")}`);
});

test("figures", async () => {
  const text = await (await fetch(`${gateway.address}/metrics`)).text();
  const rows = [...text.matchAll(/^# HELP (harmony_gateway_\S+) (.*)$/gm)].map(
    ([, name, help]) => `| \`${name}\` | ${help} |\n`,
  );
  expect(rows.length).toBeGreaterThan(5);
  expectSection("metrics", `| figure | what |\n|---|---|\n${rows.join("")}`);
});

test("every way to deploy uses flags and variables that there are", () => {
  const known = new Set(Object.keys(FLAGS).flatMap((name) => [`--${name}`, variableOf(name)]));
  const folder = fileURLToPath(new URL("../../gateway/deploy/", import.meta.url));
  for (const file of ["Containerfile", "compose.yaml", "harmony-gateway.service"]) {
    const text = readFileSync(folder + file, "utf8");
    for (const [used] of text.matchAll(/HARMONY_GATEWAY_[A-Z_]+/g)) expect(known).toContain(used);
  }
  const compose = readFileSync(`${folder}compose.yaml`, "utf8");
  const command = /command: (\["--engine".*\])/.exec(compose)![1]!;
  for (const word of JSON.parse(command) as string[]) if (word.startsWith("--")) expect(known).toContain(word);
});

function variableOf(name: string): string {
  return name === "api-key" ? "HARMONY_GATEWAY_API_KEYS" : `HARMONY_GATEWAY_${name.toUpperCase().replaceAll("-", "_")}`;
}
