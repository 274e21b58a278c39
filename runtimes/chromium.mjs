// Headless Chromium: pages over the package's files as they are, and pages that Vite bundled, each served with a
// Content-Security-Policy that allows nothing but the server's own files.
import { execFileSync } from "node:child_process";
import { accessSync, constants, createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, extname, join, normalize } from "node:path";

const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";
const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript" };

const PAGES = [
  { how: "module page", path: "plain.html" },
  { how: "module page, Web Worker", path: "plain-worker.html" },
  { how: "Vite bundle", path: "bundled/bundle.html" },
  { how: "Vite bundle, Web Worker", path: "bundled/bundle-worker.html" },
];

const FLAGS = [
  ...["--disable-gpu", "--disable-quic", "--no-first-run"],
  // Nothing but the page's own requests.
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Chromium's path; on a Debian machine where we may, it is installed. */
export function installChromium() {
  const found = () =>
    process.env.CHROMIUM ??
    ["chromium", "chromium-browser", "google-chrome"].map(inPath).find((path) => path !== undefined);
  if (found() === undefined && process.getuid?.() === 0 && inPath("apt-get") !== undefined) {
    const options = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    execFileSync("apt-get", ["update", "-q"], options);
    execFileSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"], options);
  }
  const path = found();
  if (path !== undefined) return path;
  console.error("Chromium is missing. Install it (Debian: apt-get install chromium), or name it: CHROMIUM=/path/to/it");
  process.exit(1);
}

export async function runInChromium(project, executablePath, screenshots) {
  const { chromium } = await import("playwright-core");
  const bundler = `Vite ${await bundle(project)}`;
  const server = await serve(project);
  let browser;
  try {
    const args = process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
    browser = await chromium.launch({ executablePath, args });
    const rows = [];
    for (const { how, path } of PAGES) {
      const begin = performance.now();
      const result = await visit(browser, `${server.address}/${path}`, screenshots && `${screenshots}/${path}.png`);
      const seconds = (performance.now() - begin) / 1000;
      rows.push({
        runtime: "Chromium",
        how: how.replace("Vite", bundler),
        version: browser.version(),
        ...result,
        seconds,
      });
    }
    return rows;
  } finally {
    await browser?.close();
    server.close();
  }
}

async function visit(browser, url, screenshot) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    // The page's own attempt at eval, which must fail, is the only thing that may be reported.
    if (message.type() === "error" && !message.text().includes("unsafe-eval")) errors.push(message.text());
  });
  try {
    await page.goto(url);
    // Not waitForFunction: it would make its predicate from text, which the page's policy forbids.
    await page.waitForSelector("h1", { timeout: 120_000 });
    const result = await page.evaluate(() => globalThis.smokeResult);
    if (screenshot !== undefined) await page.screenshot({ path: screenshot });
    return { ...result, failures: [...result.failures, ...errors] };
  } catch (error) {
    return { checks: 0, passed: 0, failures: [error.message, ...errors] };
  } finally {
    await page.close();
  }
}

async function bundle(project) {
  const { build, version } = await import("vite");
  await build({
    root: project,
    configFile: false,
    base: "./",
    logLevel: "error",
    worker: { format: "es" },
    build: {
      outDir: "bundled",
      target: "es2022",
      // The vocabulary is one large chunk, and known.
      chunkSizeWarningLimit: 4096,
      rolldownOptions: { input: ["bundle.html", "bundle-worker.html"].map((name) => `${project}/${name}`) },
    },
  });
  return version;
}

function serve(folder) {
  const server = createServer(({ url }, response) => {
    const path = normalize(join(folder, new URL(url, "http://localhost").pathname));
    const type = TYPES[extname(path)];
    if (!path.startsWith(folder) || type === undefined || !existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() });
    });
  });
}

function inPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}
