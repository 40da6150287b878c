import { statusAt } from './course.ts';
import type { ActionRecord } from './record.ts';
import type { MachineActionType } from './resource.ts';

/** What the actions that have succeeded so far have made of a machine. */
export interface MachineEffects {
  /** The scope of the isolation that holds. */
  readonly isolation: string | null;
  readonly isCodeRestricted: boolean;
}

/** Of the actions of one machine, in any order. */
export function effectsAt(records: readonly ActionRecord[], nowMs: number): MachineEffects {
  const last = (types: readonly MachineActionType[]): ActionRecord | undefined =>
    records
      .filter(({ type, course }) => types.includes(type) && statusAt(course, nowMs) === 'Succeeded')
      .toSorted((a, b) => a.course.endsMs - b.course.endsMs || a.createdMs - b.createdMs)
      .at(-1);
  const isolation = last(['Isolate', 'Unisolate']);
  const restriction = last(['RestrictCodeExecution', 'UnrestrictCodeExecution']);
  return {
    isolation: isolation?.type === 'Isolate' ? isolation.scope : null,
    isCodeRestricted: restriction?.type === 'RestrictCodeExecution',
  };
}

/** Whether an action asks for what already is. */
export function isAlreadySo(type: MachineActionType, { isolation, isCodeRestricted }: MachineEffects): boolean {
  switch (type) {
    case 'Isolate':
      return isolation !== null;
    case 'Unisolate':
      return isolation === null;
    case 'RestrictCodeExecution':
      return isCodeRestricted;
    case 'UnrestrictCodeExecution':
      return !isCodeRestricted;
    default:
      return false;
  }
}
