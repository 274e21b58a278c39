/** The command cannot do what it is told: one line says why, and what to do. */
export class UsageError extends Error {
  /** 2 for what is wrong in the flags, 1 for what is wrong with the world. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
