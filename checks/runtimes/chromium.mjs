// Headless Chromium: pages that load the package's files as they are, and pages that Vite bundled, all served with a
// Content-Security-Policy that allows nothing but the server's own files.
import { execFileSync } from "node:child_process";
import { accessSync, constants, createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, extname, join, normalize } from "node:path";

const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";
const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript" };

/** The pages of project/ and of its bundle, and how each loads the package. */
export const PAGES = [
  { how: "module page", path: "plain.html" },
  { how: "module page, Web Worker", path: "plain-worker.html" },
  { how: "Vite bundle", path: "bundled/bundle.html" },
  { how: "Vite bundle, Web Worker", path: "bundled/bundle-worker.html" },
];

const FLAGS = [
  ...["--disable-gpu", "--disable-quic", "--no-first-run"],
  // The browser itself requests nothing.
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Bundles the project's pages, serves them all, and starts the browser. */
export async function openChromium(project) {
  const executablePath = installChromium();
  const { chromium } = await import("playwright-core");
  await bundle(project);
  const server = await serve(project);
  const args = process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
  const browser = await chromium.launch({ executablePath, args });
  return {
    /** What the smoke suite found in a page, and what the page reported beside it. */
    resultOf: (path) => visit(browser, `${server.address}/${path}`, path),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Chromium's path. On a Debian machine where this process may, it is installed. */
export function installChromium() {
  const find = () =>
    process.env.CHROMIUM ??
    ["chromium", "chromium-browser", "google-chrome"].map(inPath).find((path) => path !== undefined);
  if (find() === undefined && process.getuid?.() === 0 && inPath("apt-get") !== undefined) {
    const options = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    execFileSync("apt-get", ["update", "-q"], options);
    execFileSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"], options);
  }
  const path = find();
  if (path !== undefined) return path;
  throw new Error("Chromium is missing. Install it (Debian: apt-get install chromium), or set CHROMIUM to its path.");
}

async function visit(browser, url, path) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    // The page's own attempt at eval must fail, and is the only thing that may be reported.
    if (message.type() === "error" && !message.text().includes("unsafe-eval")) errors.push(message.text());
  });
  try {
    await page.goto(url);
    // Not waitForFunction: it would make its predicate from text, which the page's policy forbids.
    await page.waitForSelector("h1", { timeout: 120_000 });
    const result = await page.evaluate(() => globalThis.smokeResult);
    const { SCREENSHOTS } = process.env;
    if (SCREENSHOTS !== undefined) await page.screenshot({ path: `${SCREENSHOTS}/${path}.png` });
    return { ...result, failures: [...result.failures, ...errors] };
  } catch (error) {
    throw new Error([error.message, ...errors].join("\n"));
  } finally {
    await page.close();
  }
}

async function bundle(project) {
  const { build } = await import("vite");
  await build({
    root: project,
    configFile: false,
    base: "./",
    logLevel: "error",
    worker: { format: "es" },
    build: {
      outDir: "bundled",
      target: "es2022",
      // The vocabulary is known to be one large chunk.
      chunkSizeWarningLimit: 4096,
      rolldownOptions: { input: ["bundle.html", "bundle-worker.html"].map((name) => `${project}/${name}`) },
    },
  });
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
