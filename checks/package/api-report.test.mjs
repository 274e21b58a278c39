// The public face, written down in api/ by API Extractor, so that a change of it shows in review.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { expect, test } from "vitest";
import { ROOT } from "../packed.mjs";
import { folder, installed, update } from "./context.mjs";

const { name, exports } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));
const entries = Object.entries(exports).filter(([, { types }]) => types !== undefined);

test.each(entries)("the committed report of %s is up to date (npm run api writes it)", async (path, { types }) => {
  const file = `${[name, ...path.split("/").slice(1)].join("-")}.api.md`;
  const committed = `${ROOT}/api/${file}`;
  // Vitest would write a missing file and call that a success.
  expect(update || existsSync(committed), `${committed} exists`).toBe(true);
  await expect(reportOf(types, file)).toMatchFileSnapshot(committed);
});

function reportOf(types, reportFileName) {
  const reportFolder = `${folder}/api`;
  mkdirSync(reportFolder, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: `${ROOT}/package.json`,
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: `${ROOT}/${types}`,
      // The declarations are read with the options that they were made with.
      compiler: { tsconfigFilePath: `${ROOT}/tsconfig.build.json` },
      apiReport: { enabled: true, reportFileName, reportFolder, reportTempFolder: `${folder}/api-temp` },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: "lf",
      messages: {
        compilerMessageReporting: { default: { logLevel: "error" } },
        extractorMessageReporting: {
          default: { logLevel: "error" },
          // Release tags (@public, @beta) are not in use: what is exported is public.
          "ae-missing-release-tag": { logLevel: "none" },
          // Fields of the canonical JSON speak for themselves; the report marks what has no comment.
          "ae-undocumented": { logLevel: "none" },
          // A type that the public face mentions ought to be exported; the report names those that are not.
          "ae-forgotten-export": { logLevel: "error", addToApiReportFile: true },
        },
        // Comments are TypeScript's, not in TSDoc's stricter dialect.
        tsdocMessageReporting: { default: { logLevel: "none" } },
      },
    },
  });
  const problems = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === "error") problems.push(`${message.sourceFilePath ?? ""} ${message.text}`);
    },
  });
  expect(problems).toEqual([]);
  return readFileSync(`${reportFolder}/${reportFileName}`, "utf8");
}
