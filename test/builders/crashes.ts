import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import type { DirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import type { Ledgers } from '../../shared/indicators/ledger/ledger.store.ts';
import type { InstanceChanges } from './indicator-sync.ts';

/** When a process dies: before its `at`th step is done, or after it, before it hears so. Steps count from 1. */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** Steps of a process that are seen outside: writes of the ledger and of rows asked for directly, imports, deletions. */
export interface Steps {
  readonly made: string[];
  readonly changes: InstanceChanges;
}

/** A process that dies at one of its steps: from then on nothing it does is done. Without a death it only counts. */
export function stepsUntil(death?: Death): Steps {
  const made: string[] = [];
  let isDead = false;
  const step = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error('The process is dead.');
    made.push(name);
    const isLast = made.length === death?.at;
    isDead = isLast;
    if (isLast && death?.when === 'before') throw new Error('The process died.');
    const result = await call();
    if (isLast) throw new Error('The process died.');
    return result;
  };
  const ledgers = (real: Ledgers): Ledgers => ({
    read: (id) => real.read(id),
    write: (stored, next) => step('ledger', () => real.write(stored, next)),
  });
  const indicators = (real: DefenderIndicators): DefenderIndicators => ({
    listIndicators: (...call) => real.listIndicators(...call),
    importIndicators: (...call) => step('import', () => real.importIndicators(...call)),
    deleteIndicators: (...call) => step('delete', () => real.deleteIndicators(...call)),
  });
  const direct = (real: DirectRows): DirectRows => ({
    ...real,
    propose: (...call) => step('propose', () => real.propose(...call)),
    proposeRemoval: (...call) => step('propose', () => real.proposeRemoval(...call)),
    settle: (...call) => step('settle', () => real.settle(...call)),
    takeBack: (...call) => step('take back', () => real.takeBack(...call)),
  });
  return { made, changes: { ledgers, indicators, direct } };
}
