/** Knows what is being answered, and waits for it once no new work is taken. */
export function createDrain(whenFunctionsIdle: () => Promise<void>, timeoutMs: number): Drain {
  const answering = new Set<Promise<void>>();
  const state = { isStopping: false };
  return {
    isStopping: () => state.isStopping,
    track: (answered) => {
      const tracked = answered.finally(() => answering.delete(tracked));
      answering.add(tracked);
      return tracked;
    },
    begin: async () => {
      state.isStopping = true;
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(timeout.resolve, timeoutMs);
      await Promise.race([Promise.allSettled([whenFunctionsIdle(), ...answering]), timeout.promise]);
      clearTimeout(timer);
    },
  };
}

export interface Drain {
  isStopping(): boolean;
  track(answered: Promise<void>): Promise<void>;
  /** Resolves when all is answered, or when the time is up. */
  begin(): Promise<void>;
}
