import type { ExitCode } from "./failures.js";

/** What the command line has of the world around it. Tests put memory in its place. */
export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user asks to stop. */
  readonly signal: AbortSignal;
  /** How many processors there are. */
  readonly processors: number;
}

/** Standard input. */
export interface Input {
  /** Whether a person types it. */
  readonly isTerminal: boolean;
  /** The bytes as they arrive. */
  read(): AsyncIterable<Uint8Array>;
}

/** Standard output, or standard error. */
export interface Output {
  readonly isTerminal: boolean;
  /** How many characters a line of the terminal holds. */
  readonly columns: number;
  /**
   * Writes all of it, and waits until it has been taken.
   * @throws ReaderGone, FileError
   */
  write(data: Uint8Array | string): Promise<void>;
}

/** What a command needs to run: what it was told, and the world. */
export interface Invocation {
  readonly command: string;
  readonly settings: Settings;
  /** The files to read; `-` is standard input. */
  readonly files: readonly string[];
  readonly io: Io;
}

/** Runs a command to its end. */
export type Run = (invocation: Invocation) => Promise<ExitCode>;

/** The value of an option. */
export type SettingValue = string | number | boolean | readonly string[];

/** The options of a command line, which `command-line/read-arguments` has checked against the table. */
export class Settings {
  /** The same as plain data, for other threads and for comparison. */
  readonly values: Readonly<Record<string, SettingValue>>;

  constructor(values: Readonly<Record<string, SettingValue>>) {
    this.values = values;
  }

  /** Whether a flag was given. */
  flag(name: string): boolean {
    return this.values[name] === true;
  }

  /** The value of an option that takes a text, or its default; `undefined` if it was not given and has none. */
  text<Value extends string = string>(name: string): Value | undefined {
    return this.values[name] as Value | undefined;
  }

  /** The value of an option that takes a number, or its default; `undefined` if it was not given and has none. */
  number(name: string): number | undefined {
    return this.values[name] as number | undefined;
  }

  /** The values of an option that can be given several times; `undefined` if it was not given. */
  list(name: string): readonly string[] | undefined {
    return this.values[name] as readonly string[] | undefined;
  }

  /** The same, but for one option. */
  with(name: string, value: SettingValue): Settings {
    return new Settings({ ...this.values, [name]: value });
  }
}
