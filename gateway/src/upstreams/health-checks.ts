/** How often an upstream is looked at. */
export interface HealthOptions {
  /** From the end of one check to the beginning of the next, in milliseconds. Default: 5,000. */
  readonly healthInterval?: number | undefined;
  /** The same while the upstream is out of use, so that its return is seen soon. Default: 1,000. */
  readonly recoveryInterval?: number | undefined;
  /** How long a check may take, in milliseconds. Default: 5,000. */
  readonly healthTimeout?: number | undefined;
}

/** By how much an interval is shorter or longer than it should be: gateways that were started together drift apart. */
const JITTER = 0.2;

/** What is looked at, and who is told. */
interface Patient {
  readonly check: (signal: AbortSignal) => Promise<void>;
  readonly passed: () => void;
  readonly missed: (error: unknown) => void;
  /** Whether it is out of use. */
  readonly isOut: () => boolean;
}

/** A check was not answered in time. The upstream may be gone; or so busy that it has no time to say that it is well. */
export class LateCheck extends Error {
  constructor(timeout: number) {
    super(`did not answer the health check within ${timeout} ms`);
  }
}

/** Looks after one upstream, from now on until it is stopped. @returns Stops it. */
export function startHealthChecks(patient: Patient, options: HealthOptions): () => void {
  const { healthInterval = 5000, recoveryInterval = 1000, healthTimeout = 5000 } = options;
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    const late = new AbortController();
    timer = setTimeout(() => late.abort(new LateCheck(healthTimeout)), healthTimeout);
    timer.unref?.();
    const signal = AbortSignal.any([stop.signal, late.signal]);
    const failure = await untilAborted(patient.check(signal), signal);
    clearTimeout(timer);
    if (stop.signal.aborted) return;
    if (failure === undefined) patient.passed();
    else patient.missed(failure.error);
    const interval = patient.isOut() ? Math.min(recoveryInterval, healthInterval) : healthInterval;
    timer = setTimeout(look, interval * (1 + JITTER * (2 * Math.random() - 1)));
    // It is no reason for a program to go on.
    timer.unref?.();
  };
  look();
  return () => {
    stop.abort(new Error("the pool was closed"));
    clearTimeout(timer);
  };
}

/** Why a check failed, if it did. It may not listen to the signal. */
function untilAborted(check: Promise<void>, signal: AbortSignal): Promise<{ readonly error: unknown } | undefined> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ error: signal.reason }), { once: true });
    check.then(
      () => resolve(undefined),
      (error) => resolve({ error }),
    );
  });
}
