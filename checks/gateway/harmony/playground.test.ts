import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayProcess, startGateway } from "../start-gateway.js";

const folder = mkdtempSync(`${tmpdir()}/gateway-playground-`);
let gateway: GatewayProcess;

beforeAll(async () => {
  mkdirSync(`${folder}/site/assets`, { recursive: true });
  writeFileSync(`${folder}/secret.txt`, "secret");
  writeFileSync(`${folder}/site/index.html`, "<title>Playground</title>");
  writeFileSync(`${folder}/site/assets/main.js`, "export {};");
  gateway = await startGateway(["--demo", "--playground", `${folder}/site`]);
});

afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A path as it stands: `fetch` would tidy it up. */
function get(path: string): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.address);
    request({ hostname, port, path }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode!, type: response.headers["content-type"] ?? "", body });
      });
    })
      .on("error", reject)
      .end();
  });
}

test("its files", async () => {
  expect(await get("/playground/")).toMatchObject({ status: 200, body: "<title>Playground</title>" });
  expect((await get("/playground/")).type).toContain("text/html");
  expect(await get("/playground/assets/main.js")).toMatchObject({ status: 200, body: "export {};" });
  expect((await get("/playground/assets/main.js")).type).toContain("javascript");
  expect((await fetch(`${gateway.address}/playground`)).url).toBe(`${gateway.address}/playground/`);
  expect((await fetch(`${gateway.address}/playground/`)).headers.get("x-content-type-options")).toBe("nosniff");
});

test.each([
  "/playground/../secret.txt",
  "/playground/%2e%2e/secret.txt",
  "/playground/..%2fsecret.txt",
  "/playground/..%5csecret.txt",
  "/playground/assets/../../secret.txt",
  "/playground//etc/passwd",
  "/playground/%2fetc%2fpasswd",
  "/playground/\\..\\secret.txt",
  "/playground/nothing.html",
  "/playground/%00",
  "/playgroundsecret.txt",
])("nothing else: %s", async (path) => {
  const { status, body } = await get(path);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body).not.toContain("secret\n");
  expect(body).not.toBe("secret");
  expect(body).toContain('"error"');
});

test("the package's own where no folder was given", async () => {
  const other = await startGateway(["--demo"]);
  const page = await fetch(`${other.address}/playground/`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("<title>Harmony playground</title>");
  await other.stop();
});
