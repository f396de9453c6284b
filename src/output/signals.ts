// Lets synchronous work finish before a signal ends the process. Node runs signal handlers
// from its event loop, never in the middle of synchronous code; without a handler the signal would
// end the process in the middle of the work.

import { setImmediate } from "node:timers/promises";

const interrupts = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs `work`; a signal that arrives meanwhile ends the process after it. */
export async function withoutInterrupts<T>(work: () => T): Promise<T> {
  const received: NodeJS.Signals[] = [];
  const note = (signal: NodeJS.Signals): void => {
    received.push(signal);
  };
  for (const signal of interrupts) process.on(signal, note);
  try {
    return work();
  } finally {
    // Node delivers a pending signal when its event loop polls, which has happened after two turns.
    await setImmediate();
    await setImmediate();
    for (const signal of interrupts) process.off(signal, note);
    for (const signal of received.slice(0, 1)) process.kill(process.pid, signal);
  }
}
