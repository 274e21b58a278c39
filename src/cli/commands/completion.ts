import { completionScript, type Shell } from "../command-line/completion-script.js";
import { ExitCode, UsageError } from "../failures.js";
import type { Run } from "../io.js";

export const run: Run = async ({ files, io }) => {
  const [shell, ...others] = files;
  if (others.length > 0 || (shell !== "bash" && shell !== "zsh" && shell !== "fish")) {
    throw new UsageError("name one shell: bash, zsh or fish");
  }
  await io.stdout.write(completionScript(shell satisfies Shell));
  return ExitCode.OK;
};
