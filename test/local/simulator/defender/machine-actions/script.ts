import type { ActionOutcome, ActionRecord } from './record.ts';
import type { ScriptedOutcome } from './settings.ts';

/** How the next actions end. */
export interface OutcomeScript {
  add(outcome: ScriptedOutcome): void;
  /** Those that still wait for their action. */
  list(): readonly ScriptedOutcome[];
  clear(): void;
  /** The first outcome that fits, used up; an action without one succeeds. */
  take(action: Pick<ActionRecord, 'machineId' | 'type'>): ActionOutcome;
}

export function createOutcomeScript(): OutcomeScript {
  let waiting: readonly ScriptedOutcome[] = [];
  return {
    add: (outcome) => {
      waiting = [...waiting, outcome];
    },
    list: () => waiting,
    clear: () => {
      waiting = [];
    },
    take: ({ machineId, type }) => {
      const found = waiting.find(
        (each) =>
          (each.machineId === undefined || each.machineId.toLowerCase() === machineId) &&
          (each.type === undefined || each.type === type),
      );
      if (!found) return { status: 'Succeeded' };
      const times = (found.times ?? 1) - 1;
      waiting = waiting.flatMap((each) => (each !== found ? each : times > 0 ? { ...each, times } : []));
      const { machineId: _machine, type: _type, times: _times, ...outcome } = found;
      return outcome;
    },
  };
}
