import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Runs the files first that noticed the change before, then the quickest: a run ends at the first test that fails. (Vitest
 * itself begins with the slowest, which suits runs to the end.)
 */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const costs = new Map(files.map((file) => [file, this.#costOf(file)]));
    return files.toSorted((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0));
  }

  #costOf({ project, moduleId }: TestSpecification): number {
    const name = `${project.name}:${relative(this.ctx.config.root, moduleId)}`;
    const last = this.ctx.cache.getFileTestResults(name);
    return last === undefined || last.failed ? 0 : last.duration;
  }
}

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Sizes, times and counts of work change when code is instrumented, and processes of their own run the build, not the
    // changed source.
    exclude: ["tests/hostile/**", "**/linear-*.test.ts", "tests/docs/**", "**/generated-modules.test.ts"],
    testTimeout: 120_000,
    // Stryker runs as many of these side by side as the machine has room for.
    maxWorkers: 1,
    sequence: { sequencer: QuickestFirst },
  },
});
