import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Sizes and times say nothing under instrumentation, and a process of its own runs the build, not the changed source.
    exclude: ["tests/hostile/**", "tests/readme.test.ts", "tests/tokenizer/generated.test.ts"],
    testTimeout: 120_000,
  },
});
