// The checks that need more than npm and this repository's own lockfile. Each project installs what it needs:
//
//   npx vitest run --config checks/vitest.config.ts --project package
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/**
 * @param retry How often a test is tried again: a page, or a program beside the test, may on a busy machine do later what the
 *   test looks for, and the tiny model of the real engines writes at random.
 */
const project = (name: string, minutes: number, retry = 0) => ({
  extends: true as const,
  test: {
    name,
    retry,
    include: [`checks/${name}/**/*.test.{mjs,ts}`],
    globalSetup: `checks/${name}/setup.mjs`,
    testTimeout: minutes * 60_000,
    hookTimeout: minutes * 60_000,
    // A machine that is busy may take its time.
    expect: { poll: { timeout: 30_000 } },
  },
});

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    projects: [
      project("package", 5),
      project("runtimes", 5),
      project("constraints", 10),
      project("engines", 10, 1),
      project("peers", 5),
      project("browser", 5),
      project("gateway", 5, 1),
      project("playground", 10, 2),
      project("shapes", 10, 1),
      project("site", 5),
      project("spark", 10),
      project("conformance", 240),
    ],
    reporters: ["verbose"],
  },
});
