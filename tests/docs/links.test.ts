import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PAGES, readPage } from "./code-blocks.js";

// Links within the repository lead to a file that is there, and to a heading that is in it.

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The text of a page without what is shown as code, where brackets are not links. */
function proseOf(page: string): string {
  return readPage(page)
    .replaceAll(/^( *)```.*?^\1```$/gms, "")
    .replaceAll(/`[^`\n]+`(?!\])/g, "");
}

/** The names that a heading can be linked by, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = Array.from(
    readPage(page)
      .replaceAll(/^```.*?^```$/gms, "")
      .matchAll(/^#+ (.*)$/gm),
    ([, text]) => text!,
  );
  return headings.map((text) =>
    text
      .replaceAll(/\[(.*?)\]\(.*?\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

const LINKS = [...PAGES, "llms.txt", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].flatMap((page) =>
  Array.from(proseOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => ({ page, target: target! })).filter(
    ({ target }) => !/^[a-z]+:/.test(target),
  ),
);

test("there are links", () => {
  expect(LINKS.length).toBeGreaterThan(50);
});

test.each(["docs/index.md", "llms.txt"])("%s leads to every page of the documentation", (list) => {
  const linked = LINKS.filter(({ page }) => page === list).map(({ target }) => normalize(join(dirname(list), target)));
  const pages = PAGES.filter((page) => /^docs\/[\w-]+\.md$/.test(page) && page !== "docs/index.md");
  const forPeople = ["docs/releasing.md"];
  const wanted = list === "llms.txt" ? pages.filter((page) => !forPeople.includes(page)) : pages;
  expect(linked).toEqual(expect.arrayContaining([...wanted, "docs/guide/index.md", "skills/harmony-format/SKILL.md"]));
});

describe("each leads somewhere", () => {
  test.each(LINKS)("$page: $target", ({ page, target }) => {
    const [path, anchor] = target.split("#") as [string, string?];
    const file = path === "" ? page : normalize(join(dirname(page), path));
    expect(file.startsWith(".."), "outside of the repository").toBe(false);
    expect(existsSync(root + file), file).toBe(true);
    if (anchor === undefined) return;
    expect(statSync(root + file).isFile()).toBe(true);
    expect(anchorsOf(file)).toContain(anchor);
  });
});
