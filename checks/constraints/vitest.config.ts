// The constraints, put to the engines that are meant to enforce them. None needs a model.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["checks/constraints/**/*.test.ts"],
    globalSetup: "checks/constraints/setup.mjs",
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ["verbose"],
  },
});
