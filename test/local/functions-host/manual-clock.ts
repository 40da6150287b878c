import type { TimerClock } from './timers.ts';

/** A clock for tests that stands until it is told to go on. */
export function createManualClock(startMs: number): ManualClock {
  const state = { nowMs: startMs, earlyMs: 0 };
  const due = new Map<object, Due>();
  return {
    now: () => state.nowMs,
    at: (timeMs, callback) => {
      const key = {};
      due.set(key, { timeMs: Math.max(timeMs, state.nowMs), callback });
      return () => due.delete(key);
    },
    fireEarlyBy: (ms) => (state.earlyMs = ms),
    advance: async (ms) => {
      const endMs = state.nowMs + ms;
      await settled();
      for (let next = earliest(due, endMs); next; next = earliest(due, endMs)) {
        state.nowMs = Math.max(state.nowMs, next.due.timeMs - state.earlyMs);
        due.delete(next.key);
        next.due.callback();
        await settled();
      }
      state.nowMs = endMs;
    },
  };
}

export interface ManualClock extends TimerClock {
  /** Lets callbacks come that much too soon, as a coarse clock does. */
  fireEarlyBy(ms: number): void;
  /** Goes on, calling back whatever falls due, and what that leads to. */
  advance(ms: number): Promise<void>;
}

interface Due {
  readonly timeMs: number;
  readonly callback: () => void;
}

function earliest(
  due: ReadonlyMap<object, Due>,
  endMs: number,
): { readonly key: object; readonly due: Due } | undefined {
  const [first] = [...due].filter(([, { timeMs }]) => timeMs <= endMs).sort(([, a], [, b]) => a.timeMs - b.timeMs);
  return first && { key: first[0], due: first[1] };
}

/** All promises that only wait for one another. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
