// The public face, written down in api/: a change of it shows in review.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
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
        mkdirSync(`${root}api`, { recursive: true });
        if (update) copyFileSync(report, committed);
        assert.ok(existsSync(committed), `api/${file} is missing: npm run api`);
        const difference = differenceOf(committed, report);
        assert.ok(difference === "", `api/${file} is out of date: npm run api\n${difference}`);
      }
      return `${entries.length} ${entries.length === 1 ? "entry point" : "entry points"}`;
    },
  ],
];

function differenceOf(...files) {
  const arguments_ = ["diff", "--no-index", "--no-color", "--unified=1", ...files];
  const { stdout } = spawnSync("git", arguments_, { encoding: "utf8" });
  // From the first changed line on: the files' names tell nothing.
  return stdout.slice(Math.max(0, stdout.indexOf("@@")));
}

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
          // A type that the public face mentions ought to be exported; the report names those that are not.
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
  return `${folder}/${reportFileName}`;
}
