/** A call of the model for a tool that the gateway itself runs. */
export interface GatewayToolCall {
  /** The tool's own full name: `browser.search`, also where the model wrote `functions.browser.search`. */
  readonly recipient: string;
  /** What the model wrote: JSON, code or a patch, or what it took for that. */
  readonly text: string;
}

/** A tool that the gateway itself runs, for the time of one reply. */
export interface GatewayTool {
  /** The tool's own full name for what the model has called; `undefined` if that is not this tool. */
  readonly recipientOf: (called: string) => string | undefined;
  /**
   * Runs a call.
   * @param signal Ends with the reply; and with the time that a call may take.
   * @returns What the model is told. What it throws is told to the model as well, by its message.
   */
  readonly run: (call: GatewayToolCall, signal: AbortSignal) => Promise<string>;
  /** How the model is told why a call has failed. Default: in these very words. */
  readonly failure?: (why: string) => string;
}
