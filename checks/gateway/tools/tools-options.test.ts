import { afterEach, expect, test, vi } from "vitest";
import { createGateway } from "../../../gateway/dist/index.js";
import { toolsNamed } from "../../../gateway/dist/tools/named-tools.js";
import { scriptedEngine } from "../scripted-engine.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("tools by their names", () => {
  vi.stubEnv("EXA_API_KEY", "key");
  expect(toolsNamed([])).toEqual({});
  const { applyPatch, browser } = toolsNamed(["apply-patch=/srv/a=b", "browser=exa"]);
  expect(applyPatch).toEqual({ folder: "/srv/a=b" });
  expect(browser).toHaveProperty("search");
});

test.each([
  [["apply-patch"], "say in which folder"],
  [["apply-patch="], "say in which folder"],
  [["apply-patch=a", "apply-patch=b"], "apply-patch is named twice"],
  [["browser=google"], "browser must be one of exa, you"],
  [["browser=you"], "set YDC_API_KEY"],
  [["python=docker"], 'there is no tool "python"'],
])("%j: %s", (names, message) => {
  vi.stubEnv("YDC_API_KEY", "");
  expect(() => toolsNamed(names)).toThrow(message);
});

test.each([
  [{ python: {} }, "createGateway: tools.python must be a runner of Python"],
  [{ browser: { search: () => [] } }, "createGateway: tools.browser must be a browser's backend"],
  [{ applyPatch: { folder: "" } }, "createGateway: tools.applyPatch.folder must be the path of a folder"],
  [
    { applyPatch: { dir: "a", folder: "a" } },
    "there is no option tools.applyPatch.dir; there are folder, instructions",
  ],
  [{ maxRounds: 0 }, "createGateway: tools.maxRounds must be a whole number"],
  [{ timeout: 1e10 }, "createGateway: tools.timeout must be a number of milliseconds"],
  [{ shell: true }, "there is no option tools.shell; there are browser, python, applyPatch, maxRounds, timeout"],
])("options that cannot be used: %j", (tools, message) => {
  const options = { engine: scriptedEngine([""]), tools } as unknown as Parameters<typeof createGateway>[0];
  expect(() => createGateway(options)).toThrow(message);
});
