// docs/peers.md: its tables stand between markers and are written by this check; everything around them is written by hand.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../../docs/peers.md", import.meta.url));

const between = (name: string): RegExp => new RegExp(`(<!-- ${name}: .* -->\n)([\\s\\S]*?)(<!-- end of ${name} -->)`);

/** The page as it is. */
export function page(): string {
  return readFileSync(PAGE, "utf8");
}

/** What stands in a section of the page. */
export function sectionOf(name: string): string {
  const found = between(name).exec(page());
  if (found === null) throw new Error(`docs/peers.md has no section ${name}`);
  return found[2]!;
}

/** Writes a section of the page again. */
export function writeSection(name: string, text: string): void {
  sectionOf(name);
  writeFileSync(
    PAGE,
    page().replace(between(name), (_, begin, _old, end) => `${begin}${text}${end}`),
  );
}

/** A table in Markdown, with an empty line before and after it. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |\n`;
  return `\n${line(head)}${line(head.map(() => "---")).replaceAll(" ", "")}${rows.map(line).join("")}\n`;
}

/** A cell, whose bars would end it. */
function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}

/** A text as it is, for a cell: line breaks are shown, leading and trailing spaces too. */
export function code(text: string): string {
  const shown = text.replaceAll("\n", "⏎");
  const isEdged = shown.startsWith(" ") || shown.endsWith(" ");
  return isEdged ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}
