// The public face, written down in api/: a change of it shows in review.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "the committed report of every entry point is up to date",
    ({ root, installed, folder, update }) => {
      const { name, exports } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));
      const entries = Object.entries(exports).filter(([, entry]) => entry.types !== undefined);
      for (const [path, { types }] of entries) {
        const file = `${[name, ...path.split("/").slice(1)].join("-")}.api.md`;
        const report = reportOf(`${root}${types.slice(2)}`, file, root, folder);
        const committed = `${root}api/${file}`;
        if (update) {
          mkdirSync(`${root}api`, { recursive: true });
          writeFileSync(committed, report);
        }
        assert.ok(existsSync(committed), `api/${file} is missing: npm run api`);
        assert.equal(report, readFileSync(committed, "utf8"), `api/${file} is out of date: npm run api`);
      }
      return `${entries.length} ${entries.length === 1 ? "entry point" : "entry points"}`;
    },
  ],
];

function reportOf(mainEntryPointFilePath, reportFileName, root, folder) {
  mkdirSync(folder, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: `${root}package.json`,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath,
      // The build's declarations are read, with the options that they were made with.
      compiler: { tsconfigFilePath: `${root}tsconfig.build.json` },
      apiReport: { enabled: true, reportFileName, reportFolder: folder, reportTempFolder: `${folder}/temp` },
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
          // A type that the public face mentions must be exported; it is named in the report.
          "ae-forgotten-export": { logLevel: "error", addToApiReportFile: true },
        },
        // Comments are TypeScript's, not TSDoc's stricter dialect.
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
  assert.deepEqual(problems, []);
  return readFileSync(`${folder}/${reportFileName}`, "utf8");
}
