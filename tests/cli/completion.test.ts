import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { completionScript } from "../../src/cli/command-line/completion-script.js";
import { manualPage } from "../../src/cli/command-line/manual-page.js";
import { COMMANDS } from "../../src/cli/command-line/table.js";
import { FOLDER, shell } from "./processes.js";

// Completions and the manual page are made from the table of commands. Shells that are not installed are not asked.

function has(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

for (const name of ["bash", "zsh", "fish"] as const)
  writeFileSync(`${FOLDER}/completion.${name}`, completionScript(name));

test.each(["bash", "zsh", "fish"] as const)("%s: every command, option and value is in the script", (name) => {
  const script = completionScript(name);
  for (const command of COMMANDS) {
    expect(script).toContain(command.name);
    for (const { name: option, choices } of command.options) {
      expect(script).toContain(name === "fish" ? `-l ${option}` : `--${option}`);
      if (choices !== undefined) expect(script).toContain(choices.join(" "));
    }
  }
});

describe("bash", () => {
  const complete = (...words: string[]): string => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const line = `source completion.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _harmony_format; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = shell(line);
    expect(stderr).toBe("");
    return stdout.trim();
  };

  test("commands, options, values, and files", () => {
    expect(complete("harmony-format", "re")).toBe("render");
    expect(complete("harmony-format", "help", "tr")).toBe("train");
    expect(complete("harmony-format", "render", "--fo")).toBe("--format");
    expect(complete("harmony-format", "render", "-f", "")).toBe("json ids u32le text view");
    expect(complete("harmony-format", "train", "--overflow", "s")).toBe("split");
    expect(complete("harmony-format", "completion", "z")).toBe("zsh");
    expect(complete("harmony-format", "render", "completion.b")).toBe("completion.bash");
    expect(complete("harmony-format", "render", "--output", "completion.f")).toBe("completion.fish");
    expect(complete("harmony-format", "train", "--pack", "")).toBe("");
  });
});

describe.skipIf(!has("fish"))("fish", () => {
  test("commands, options and values", () => {
    const complete = (line: string): string[] => {
      const { stdout, stderr } = shell(`fish --no-config -c "source completion.fish; complete -C '${line}'"`);
      expect(stderr).toBe("");
      return stdout
        .trim()
        .split("\n")
        .map((answer) => answer.split("\t")[0]!);
    };
    expect(complete("harmony-format ren")).toEqual(["render"]);
    expect(complete("harmony-format render --form")).toEqual(["--format"]);
    expect(complete("harmony-format train --overflow ")).toEqual(["drop", "error", "split"]);
  });
});

describe.skipIf(!has("zsh"))("zsh", () => {
  test("the script is well formed, and defines the function", () => {
    const line =
      "zsh -fc 'autoload -Uz compinit && compinit -u -D && source ./completion.zsh && whence -w _harmony_format'";
    const { stdout, stderr } = shell(line);
    expect(stderr).toBe("");
    expect(stdout).toBe("_harmony_format: function\n");
  });
});

describe("the manual page", () => {
  const page = manualPage();

  test("has every command and option", () => {
    for (const { name, options } of COMMANDS) {
      expect(page).toContain(`.SS "${name} `);
      for (const option of options) expect(page).toContain(`\\fB\\-\\-${option.name.replaceAll("-", "\\-")}\\fR`);
    }
  });

  test.skipIf(!has("groff"))("is well formed", () => {
    writeFileSync(`${FOLDER}/harmony-format.1`, page);
    const { stdout, stderr, code } = shell("groff -man -Tutf8 -ww -P-cbou harmony-format.1");
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toContain("EXIT STATUS");
    // What the shell reads is there as it must be typed.
    expect(stdout).toContain(`$ echo '{"messages": [{"role": "user", "content": "Hi"}]}' | harmony-format render`);
  });
});
