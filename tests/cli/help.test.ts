import { describe, expect, test } from "vitest";
import { commandHelp, programHelp } from "../../src/cli/command-line/help.js";
import { COMMANDS } from "../../src/cli/command-line/table.js";
import { shell } from "./processes.js";

// The help is the contract of the command line: a change of it should be seen. Its examples are run.

test("the help of the program", () => {
  expect(programHelp()).toMatchSnapshot();
});

describe.each(COMMANDS)("$name", (command) => {
  test("its help", () => {
    expect(commandHelp(command)).toMatchSnapshot();
  });

  test("no line of its help but an example is longer than 80 characters", () => {
    const [beforeExamples] = commandHelp(command).split(/^Examples?:$/m);
    expect(beforeExamples!.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test.each(command.examples)("$run", ({ run, prints }) => {
    const { stdout, code, stderr } = shell(run);
    expect(stdout).toBe(prints);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
