/**
 * Where lines stand in a file, from a line on: exactly so; or else but for white space at their ends; or else but for white
 * space on both sides. `undefined` if nowhere.
 *
 * @param isAtEnd Whether the file should end with them: then they are looked for there first.
 */
export function findContext(
  lines: readonly string[],
  context: readonly string[],
  from: number,
  isAtEnd: boolean,
): number | undefined {
  if (isAtEnd) {
    const at = find(lines, context, lines.length - context.length);
    if (at !== undefined) return at;
  }
  return find(lines, context, from);
}

function find(lines: readonly string[], context: readonly string[], from: number): number | undefined {
  if (context.length === 0) return from;
  for (const form of [same, (line: string) => line.trimEnd(), (line: string) => line.trim()]) {
    const wanted = context.map(form);
    const there = form === same ? lines : lines.map(form);
    for (let at = Math.max(from, 0); at + wanted.length <= there.length; at++) {
      if (wanted.every((line, index) => there[at + index] === line)) return at;
    }
  }
  return undefined;
}

function same(line: string): string {
  return line;
}
