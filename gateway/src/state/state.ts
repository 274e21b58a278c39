import { ApiError } from "harmony-format/client";

/**
 * Where a gateway keeps what the next request may need. Values are plain data, as JSON holds it; what is read is a copy.
 * Each is forgotten when its time is over: 30 days unless the state was opened with another time.
 *
 * All methods throw a {@link StateError} when the store behind it cannot be reached.
 */
export interface State {
  /** How long a value is kept, in milliseconds, where nobody says it. */
  readonly ttl: number;
  /** What is kept of a key; `undefined` if it is not known, or has been forgotten. */
  get(key: string): Promise<unknown>;
  /** The same of many keys, in their order, at once. */
  getMany(keys: readonly string[]): Promise<unknown[]>;
  /** @throws StateError for a value that is too large, with the status 413. */
  set(key: string, value: unknown, options?: KeepOptions): Promise<void>;
  /** Keeps many values at once. */
  setMany(values: ReadonlyMap<string, unknown>, options?: KeepOptions): Promise<void>;
  /** @returns Whether there was something to delete. */
  delete(key: string): Promise<boolean>;
  deleteMany(keys: readonly string[]): Promise<void>;
  /** Does nothing but throw when the store cannot be reached. */
  check(): Promise<void>;
  /** Lets go of the store. What has begun comes to its end; what is asked for afterwards is an error. */
  close(): Promise<void>;
}

/** How a value is kept. */
export interface KeepOptions {
  /** How long, in milliseconds. Default: what the state was opened with. */
  readonly ttl?: number | undefined;
}

/** How a state is opened. */
export interface StateOptions {
  /** How long a value is kept, in milliseconds. Default: 30 days, as OpenAI keeps responses. */
  readonly ttl?: number | undefined;
  /** The size of the largest value, in bytes of its JSON. Default: 32 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** In memory: how many values are kept; those that were not used for the longest time make room. Default: 100,000. */
  readonly maxEntries?: number | undefined;
  /** In memory: how many bytes all values may take, two for each character of their JSON. Default: 512 MiB. */
  readonly maxBytes?: number | undefined;
  /** In Redis or Valkey: what all keys begin with, before `::`. Default: `harmony-gateway`. */
  readonly prefix?: string | undefined;
  /** How long an answer of the store is waited for, in milliseconds. Default: 5,000. */
  readonly timeout?: number | undefined;
}

/** What went wrong with the store of a state: an error that a client can be shown. It never names a password. */
export class StateError extends ApiError {
  /** After how many seconds the request can be tried again; `undefined` where that would not help. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: { status: 503 | 413; code: string; retryAfter?: number; cause?: unknown }) {
    const { status, code, retryAfter, cause } = details;
    super(message, { status, code, type: status === 503 ? "server_error" : "invalid_request_error", cause });
    this.retryAfter = retryAfter;
  }

  static {
    StateError.prototype.name = "StateError";
  }
}
