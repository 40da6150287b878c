export interface SimulatorClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs on, so many milliseconds away from the real time. */
  setOffset(offsetMs: number): void;
  /** Stands still at this moment. */
  freeze(atMs: number): void;
  /** Moves a running or a frozen clock. */
  advance(byMs: number): void;
  /** The real time again. */
  reset(): void;
}

export function createClock(): SimulatorClock {
  let offsetMs = 0;
  let frozenAt: number | undefined;
  return {
    now: () => frozenAt ?? Date.now() + offsetMs,
    setOffset: (value) => {
      frozenAt = undefined;
      offsetMs = value;
    },
    freeze: (atMs) => {
      frozenAt = atMs;
    },
    advance: (byMs) => {
      if (frozenAt === undefined) offsetMs += byMs;
      else frozenAt += byMs;
    },
    reset: () => {
      frozenAt = undefined;
      offsetMs = 0;
    },
  };
}
