import { checkOptions, showValue } from "../options.js";

/** What can be said of a request beside its body. */
export interface RequestOptions {
  /** Stops the model; the request then throws the signal's reason. */
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * The signal of a request.
 * @param what The call, for the error.
 * @throws TypeError for options that do not exist, and for what is not a signal; the reason of one that is aborted.
 */
export function signalOf(options: RequestOptions | undefined, what: string): AbortSignal | undefined {
  checkOptions(options, ["signal"] satisfies (keyof RequestOptions)[], what);
  const signal = options?.signal ?? undefined;
  if (signal !== undefined && typeof (signal as Partial<AbortSignal>).addEventListener !== "function") {
    throw new TypeError(`${what}: signal must be an AbortSignal, not ${showValue(signal)}`);
  }
  signal?.throwIfAborted();
  return signal;
}
