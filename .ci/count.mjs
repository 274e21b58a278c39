// Adds up vitest's JSON reports and prints `N passed, N failed`. A command that failed without a failed test, or left no report,
// counts as one failure.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const [folder] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".status"))) {
  const name = file.replace(/\.status$/, "");
  const report = `${folder}/${name}.json`;
  const {
    numPassedTests = 0,
    numFailedTests = 0,
    numFailedTestSuites = 0,
  } = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  const succeeded = readFileSync(`${folder}/${file}`, "utf8").trim() === "0" && numPassedTests > 0;
  const failures = Math.max(numFailedTests, numFailedTestSuites, succeeded ? 0 : 1);
  console.log(`${name}: ${numPassedTests} passed, ${failures} failed`);
  passed += numPassedTests;
  failed += failures;
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
