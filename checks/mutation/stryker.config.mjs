/** @type {import("@stryker-mutator/core").PartialStrykerOptions} */
export default {
  mutate: ["src/**/*.ts", "!src/**/*.generated.ts"],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "checks/mutation/vitest.config.ts" },
  concurrency: 2,
  // A mutant that only makes the tests slow, on a busy machine, is not caught. An endless loop is, by then.
  timeoutMS: 60_000,
  // A mutant that a run has judged is not judged again until its code or its tests change.
  incremental: true,
  incrementalFile: "checks/mutation/.results/incremental.json",
  reporters: ["clear-text", "progress", "html"],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  htmlReporter: { fileName: "checks/mutation/.results/report.html" },
  tempDirName: "checks/mutation/.sandbox",
  ignorePatterns: [".venv", "bench/.cache", "bench/native/.build", "checks/mutation/.results"],
};
