// The smoke suite on the packed package, in every runtime of the matrix and in every way that it can be loaded there.
//
//   npm run test:runtimes
//   npm run test:runtimes -- -t "Bun|Chromium"            some of them
//   SCREENSHOTS=folder npm run test:runtimes              keeps what the pages show
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openChromium, PAGES } from "./chromium.mjs";
import { PROGRAMS, resultOf, writeWorkerdConfig } from "./programs.mjs";

const { project, checks } = inject("runtimes");
const allPassed = { checks, passed: checks, failures: [] };

beforeAll(() => writeWorkerdConfig(project));

for (const program of PROGRAMS) {
  test(`${program.runtime} ${program.version}: ${program.how}`, async () => {
    expect(await resultOf(program, project)).toEqual(allPassed);
  });
}

describe("Chromium", () => {
  let chromium;
  beforeAll(async () => {
    chromium = await openChromium(project);
  });
  afterAll(() => chromium?.close());

  for (const { path, how } of PAGES) {
    test(how, async () => {
      expect(await chromium.resultOf(path)).toEqual(allPassed);
    });
  }
});
