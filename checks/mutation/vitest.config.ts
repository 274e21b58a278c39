import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Sizes and times say nothing about changed code, and processes of their own run the build, not the changed source.
    exclude: ["tests/hostile/**", "tests/docs/**", "tests/tokenizer/generated.test.ts"],
    testTimeout: 120_000,
    // Stryker runs as many of these side by side as the machine has room for.
    maxWorkers: 1,
  },
});
