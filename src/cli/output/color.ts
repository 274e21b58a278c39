import type { Io, Settings } from "../io.js";

/** The styles of views. */
export type Style = "marker" | "role" | "dim" | "warning" | "good";

/** Puts a text in a style. */
export type Paint = (style: Style, text: string) => string;

const CODES: Readonly<Record<Style, string>> = {
  marker: "36",
  role: "1",
  dim: "2",
  warning: "33",
  good: "32",
};

/** How to paint: the option --color first, then the environment, then whether the output is a terminal. */
export function isColored(settings: Settings, { env, stdout }: Pick<Io, "env" | "stdout">): boolean {
  const when = settings.text("color");
  if (when === "always" || when === "never") return when === "always";
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0";
  return stdout.isTerminal && settings.text("output") === undefined && env.TERM !== "dumb";
}

/** Paints with colours, or leaves texts as they are. */
export function painter(isColored: boolean): Paint {
  return isColored ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_style, text) => text;
}
