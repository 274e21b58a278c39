/** The channels of the format: whom an assistant's message is meant for. The values are the words of the format itself. */
export const Channel = {
  /** The chain of thought, not meant for the user. */
  ANALYSIS: "analysis",
  /** Calls of tools, and what the model tells the user before it makes them. */
  COMMENTARY: "commentary",
  /** The answer to the user. */
  FINAL: "final",
} as const;

/** `"analysis"`, `"commentary"` or `"final"`. A message may name any other channel, too; the model knows only these. */
export type Channel = (typeof Channel)[keyof typeof Channel];

/** The channels, in the order in which a system message announces them. */
export const CHANNELS: readonly Channel[] = [Channel.ANALYSIS, Channel.COMMENTARY, Channel.FINAL];
