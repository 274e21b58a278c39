import { manualPage } from "../command-line/manual-page.js";
import { ExitCode, UsageError } from "../failures.js";
import type { Run } from "../io.js";

export const run: Run = async ({ files, io }) => {
  if (files.length > 0) throw new UsageError("man takes no operands; the page covers all commands");
  await io.stdout.write(manualPage());
  return ExitCode.OK;
};
