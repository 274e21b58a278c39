import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyPatch } from "../../../gateway/dist/tools/apply-patch/patch-folder.js";
import { readPatch } from "../../../gateway/dist/tools/apply-patch/patch-text.js";
import { scriptedEngine } from "../scripted-engine.js";
import { answer, call, clientOf, promptsOf } from "./clients.js";

const model = "gpt-oss";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "patch-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const patchOf = (...lines: string[]): string => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
const apply = (patch: string): Promise<void> => applyPatch(patch, folder, new AbortController().signal);
const file = (path: string): Promise<string> => readFile(join(folder, path), "utf8");
const write = (path: string, text: string): Promise<void> => writeFile(join(folder, path), text);
const listed = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).sort();

describe("what a patch does", () => {
  test("adds, changes, moves and deletes in one go", async () => {
    await write("app.py", 'def greet():\n    print("Hi")\n');
    await write("old.txt", "gone");
    await apply(
      patchOf(
        "*** Add File: notes/hello.txt",
        "+Hello",
        "+",
        "*** Update File: app.py",
        "*** Move to: src/main.py",
        "@@ def greet():",
        '-    print("Hi")',
        '+    print("Hello")',
        "*** Delete File: old.txt",
      ),
    );
    expect(await file("notes/hello.txt")).toBe("Hello\n");
    expect(await file("src/main.py")).toBe('def greet():\n    print("Hello")\n');
    expect(await listed()).toEqual(["notes", "notes/hello.txt", "src", "src/main.py"]);
  });

  test("finds lines whose white space differs, and lines at the end of the file", async () => {
    await write("a.txt", "one  \n\ttwo\nthree\none\nthree");
    await apply(
      patchOf(
        "*** Update File: a.txt",
        "@@",
        " one",
        " two",
        "-three",
        "+3",
        "@@",
        "-three",
        "+last",
        "*** End of File",
      ),
    );
    expect(await file("a.txt")).toBe("one  \n\ttwo\n3\none\nlast");
  });

  test("keeps the ends of lines and the mode of a file", async () => {
    await write("run.sh", "#!/bin/sh\r\necho 1\r\n");
    await chmod(join(folder, "run.sh"), 0o755);
    await apply(patchOf("*** Update File: run.sh", "@@", "-echo 1", "+echo 2"));
    expect(await file("run.sh")).toBe("#!/bin/sh\r\necho 2\r\n");
    expect((await stat(join(folder, "run.sh"))).mode & 0o777).toBe(0o755);
  });

  test("patches of the same folder wait for each other", async () => {
    await write("n.txt", "0");
    const steps = Array.from({ length: 8 }, (_, n) => apply(patchOf("*** Update File: n.txt", `-${n}`, `+${n + 1}`)));
    await Promise.all(steps);
    expect(await file("n.txt")).toBe("8");
  });
});

describe("what is wrong with a patch, in the reference's words", () => {
  const files = new Map([["a.txt", "one\ntwo\nthree"]]);
  test.each([
    ["nothing", "Patch text must start with *** Begin Patch"],
    ["*** Begin Patch\n", "Invalid patch text - missing sentinels"],
    [`${patchOf()}\nmore`, "Invalid patch text - missing sentinels"],
    [patchOf("?"), "Unknown line while parsing: ?"],
    [patchOf("*** Update File: b.txt", "+x"), "Update File Error - missing file: b.txt"],
    [patchOf("*** Delete File: b.txt"), "Delete File Error - missing file: b.txt"],
    [patchOf("*** Add File: a.txt", "+x"), "Add File Error - file already exists: a.txt"],
    [patchOf("*** Add File: b.txt", "x"), "Invalid Add File line (missing '+'): x"],
    [patchOf("*** Delete File: a.txt", "*** Delete File: a.txt"), "Duplicate delete for file: a.txt"],
    [patchOf("*** Delete File: a.txt", "*** Update File: a.txt", "-one"), "Duplicate update for file: a.txt"],
    [patchOf("*** Delete File: a.txt", "*** Add File: a.txt", "+one"), "Duplicate add for file: a.txt"],
    [patchOf("*** Update File: a.txt", "@@", "-four"), "Invalid context at 0:\nfour"],
    [patchOf("*** Update File: a.txt", "@@", "-four", "*** End of File"), "Invalid EOF context at 0:\nfour"],
    [patchOf("*** Update File: a.txt", "@@"), "Nothing in this section"],
    [patchOf("*** Update File: a.txt", "?"), "Invalid Line: ?"],
    [patchOf("*** Update File: a.txt", "-one", "*** Something"), "Invalid Line: *** Something"],
    [patchOf("*** Update File: a.txt", "-one", "***"), "Invalid line in update section:\n***"],
  ])("%j", (patch, message) => {
    expect(() => readPatch(patch, (path) => files.get(path))).toThrow(expect.objectContaining({ message }));
  });
});

describe("what leads out of the folder", () => {
  test.each([
    ["../out.txt", "the path leads out of the folder"],
    ["a/../../out.txt", "the path leads out of the folder"],
    ["/tmp/out.txt", "the path is absolute"],
    ["C:/out.txt", "the path is absolute"],
    ["\\\\server\\out.txt", "the path is absolute"],
    ["a\\..\\..\\out.txt", "a backslash"],
    ["a\0b", "control character"],
    [".git/config", "belongs to Git"],
    ["sub/.GIT/hooks/pre-commit", "belongs to Git"],
    ["a/", "names no file"],
    [".", "names no file"],
  ])("%j", async (path, message) => {
    await expect(apply(patchOf(`*** Add File: ${path}`, "+x"))).rejects.toThrow(message);
    await write("here.txt", "x");
    await expect(apply(patchOf("*** Update File: here.txt", `*** Move to: ${path}`, "-x", "+y"))).rejects.toThrow(
      message,
    );
    expect(await listed()).toEqual(["here.txt"]);
    expect(await file("here.txt")).toBe("x");
  });

  test("symbolic links", async () => {
    const outside = await mkdtemp(join(tmpdir(), "outside-"));
    await writeFile(join(outside, "secret.txt"), "secret");
    await symlink(outside, join(folder, "link"));
    await symlink(join(outside, "secret.txt"), join(folder, "file.txt"));
    await symlink(join(outside, "new.txt"), join(folder, "dangling.txt"));
    for (const path of ["link/secret.txt", "file.txt", "dangling.txt"]) {
      await expect(apply(patchOf(`*** Delete File: ${path}`))).rejects.toThrow("is a symbolic link");
      await expect(apply(patchOf(`*** Add File: ${path}`, "+x"))).rejects.toThrow("is a symbolic link");
    }
    expect(await readdir(outside)).toEqual(["secret.txt"]);
    expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("secret");
    await rm(outside, { recursive: true });
  });

  test("folders, and files that are no text", async () => {
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "image.png"), new Uint8Array([0xff, 0xd8, 0xff]));
    await expect(apply(patchOf("*** Delete File: sub"))).rejects.toThrow("sub is not a file");
    await expect(apply(patchOf("*** Add File: image.png/x", "+x"))).rejects.toThrow("image.png is not a folder");
    await expect(apply(patchOf("*** Update File: image.png", "+x"))).rejects.toThrow("not text in UTF-8");
  });
});

describe("all or nothing", () => {
  test("a patch that does not fit changes nothing", async () => {
    await write("a.txt", "one");
    const patch = patchOf("*** Add File: new/b.txt", "+x", "*** Delete File: a.txt", "*** Update File: c.txt", "-x");
    await expect(apply(patch)).rejects.toThrow("missing file: c.txt");
    expect(await listed()).toEqual(["a.txt"]);
  });

  test("what cannot be put in place is put back", async () => {
    await write("a.txt", "one");
    await write("b.txt", "two");
    // The second place is below what the first has made a file.
    const patch = patchOf(
      "*** Update File: a.txt",
      "-one",
      "+1",
      "*** Delete File: b.txt",
      "*** Add File: x/y",
      "+1",
      "*** Add File: x/y/z",
      "+2",
    );
    await expect(apply(patch)).rejects.toThrow();
    expect(await listed()).toEqual(["a.txt", "b.txt"]);
    expect(await file("a.txt")).toBe("one");
    expect(await file("b.txt")).toBe("two");
  });

  test("nothing is moved onto a file that is there", async () => {
    await write("a.txt", "one");
    await write("b.txt", "two");
    const patch = patchOf("*** Update File: a.txt", "*** Move to: b.txt", "-one", "+1");
    await expect(apply(patch)).rejects.toThrow("Move File Error - file already exists: b.txt");
    expect(await file("b.txt")).toBe("two");
  });
});

test("a patch that is made from two texts turns one into the other", () => {
  const line = fc.constantFrom("", "a", "b", " c", "d\t", "+", "-", "@@", "***", "*** End Patch");
  const lines = fc.array(line, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, fc.nat(), fc.nat(), (before, added, first, second) => {
      const [from = 0, to = 0] = [first % before.length, second % (before.length + 1)].sort((a, b) => a - b);
      const after = [...before.slice(0, from), ...added, ...before.slice(to)];
      const patch = patchOf(
        "*** Update File: f",
        "@@",
        ...before.slice(0, from).map((text) => ` ${text}`),
        ...before.slice(from, to).map((text) => `-${text}`),
        ...added.map((text) => `+${text}`),
        ...before.slice(to).map((text) => ` ${text}`),
        "*** End of File",
      );
      const [change] = readPatch(patch, () => before.join("\n"));
      expect(change).toMatchObject({ type: "update", text: after.join("\n") });
    }),
  );
});

describe("through the gateway", () => {
  const PATCH = patchOf("*** Add File: a.txt", "+one");
  const APPLY = { type: "apply_patch" } as unknown as OpenAI.Responses.Tool;

  test.each([
    ["the patch itself", PATCH],
    ["an object", JSON.stringify({ patch: PATCH })],
    ["a string of JSON", JSON.stringify(PATCH)],
  ])("Responses: %s", async (_, written) => {
    const engine = scriptedEngine([call("functions.apply_patch", written, "commentary"), answer("Done.")]);
    const openai = clientOf(engine, { tools: { applyPatch: { folder } } });
    const response = await openai.responses.create({ model, input: "Go", instructions: "Be brief.", tools: [APPLY] });
    expect(await file("a.txt")).toBe("one");
    expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "message"]);
    expect(response.tools).toEqual([{ type: "apply_patch" }]);
    expect(response.instructions).toBe("Be brief.");
    const [first, second] = promptsOf(engine);
    expect(first).toContain("Be brief.\n\n# Changing files");
    expect(first).toContain("// Patch a file\ntype apply_patch = (_:");
    expect(second).toContain("<|start|>functions.apply_patch to=assistant<|channel|>commentary<|message|>Done!<|end|>");
  });

  test("the next response sees the call, its result, and the tokens of both", async () => {
    const engine = scriptedEngine([
      call("functions.apply_patch", PATCH, "commentary"),
      answer("Done."),
      answer("Yes."),
    ]);
    const openai = clientOf(engine, { tools: { applyPatch: { folder } } });
    const first = await openai.responses.create({ model, input: "Go", tools: [APPLY] });
    await openai.responses.create({ model, input: "Sure?", tools: [APPLY], previous_response_id: first.id });
    expect(promptsOf(engine)[2]).toContain("Done!<|end|>");
  });

  test("Chat Completions, streamed", async () => {
    const engine = scriptedEngine([call("functions.apply_patch", PATCH, "commentary"), answer("Done.")]);
    const openai = clientOf(engine, { tools: { applyPatch: { folder, instructions: "PATCHES" } } });
    const stream = await openai.chat.completions.create({
      model,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Go" },
      ],
      tools: [{ type: "apply_patch" } as unknown as OpenAI.ChatCompletionTool],
      stream: true,
    });
    let text = "";
    for await (const { choices } of stream) {
      expect(choices[0]?.delta.tool_calls).toBeUndefined();
      text += choices[0]?.delta.content ?? "";
    }
    expect(text).toBe("Done.");
    expect(await file("a.txt")).toBe("one");
    expect(promptsOf(engine)[0]).toContain("Be brief.\n\nPATCHES");
  });

  test.each([
    ["{", "Error parsing JSON: "],
    ["*** Begin Patch\n*** Delete File: x\n*** End Patch", "Error applying patch: Delete File Error - missing file: x"],
    ['{"patch": 1}', "Error applying patch: Patch text must start with *** Begin Patch"],
  ])("the model is told why %j failed", async (written, message) => {
    const engine = scriptedEngine([call("functions.apply_patch", written, "commentary"), answer("Sorry.")]);
    await clientOf(engine, { tools: { applyPatch: { folder } } }).responses.create({
      model,
      input: "Go",
      tools: [APPLY],
    });
    expect(promptsOf(engine)[1]).toContain(message);
  });

  test("a folder that is not there does not tell its path", async () => {
    const engine = scriptedEngine([call("functions.apply_patch", PATCH, "commentary"), answer("Sorry.")]);
    const tools = { applyPatch: { folder: join(folder, "missing") } };
    await clientOf(engine, { tools }).responses.create({ model, input: "Go", tools: [APPLY] });
    expect(promptsOf(engine)[1]).toContain("Error applying patch: the files cannot be changed (ENOENT)");
    expect(promptsOf(engine)[1]).not.toContain(folder);
  });

  test("a custom tool of that name is the client's own", async () => {
    const engine = scriptedEngine([call("functions.apply_patch", PATCH, "commentary")]);
    const openai = clientOf(engine, { tools: { applyPatch: { folder } } });
    const tools = [{ type: "custom", name: "apply_patch" } as const];
    const response = await openai.responses.create({ model, input: "Go", tools });
    expect(response.output.at(-1)).toMatchObject({ type: "custom_tool_call", input: PATCH });
    expect(await listed()).toEqual([]);
  });

  test("without a folder, the type is refused", async () => {
    const openai = clientOf(scriptedEngine([answer("No.")]));
    await expect(openai.responses.create({ model, input: "Go", tools: [APPLY] })).rejects.toThrow(/does not know it/);
  });
});
