import type { Problem } from "../work/handler.js";

/** A problem with the input that it is in. */
export interface PlacedProblem extends Problem {
  /** The name of the input; `-` for standard input. */
  readonly file: string;
}

/** A problem as a line for people: `file:line: place: message (code)`. */
export function problemLine({ file, line, place, code, message, remedy }: PlacedProblem): string {
  const where = line === undefined ? file : `${file}:${line}`;
  const text = remedy === undefined ? message : `${message}; ${remedy}`;
  return oneLine(`${where}: ${place === undefined ? "" : `${place}: `}${text} (${code})`);
}

/** A problem as JSON, in one line. */
export function problemJson({ file, line, place, kind, code, message, remedy }: PlacedProblem): string {
  return JSON.stringify({ file, line, place, kind, code, message, remedy });
}

/** A problem as GitHub Actions annotates a file with it. */
export function problemAnnotation({ file, line, place, code, message, remedy }: PlacedProblem): string {
  const text = `${place === undefined ? "" : `${place}: `}${remedy === undefined ? message : `${message}; ${remedy}`}`;
  const properties = [
    ...(file === "-" ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${property(code)}`,
  ];
  return `::error ${properties.join(",")}::${escaped(text)}`;
}

function property(text: string): string {
  return escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** A text without line breaks, and without what a terminal would take for a command: it may quote what a model wrote. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return JSON.stringify(character).length > 3
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
