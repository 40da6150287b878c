import type { ActionOrder } from './record.ts';
import type { MachineActionType } from './resource.ts';

type Kind = Pick<ActionOrder, 'type' | 'sha1'>;

/** An action and its undoing: one of the two at a time. */
const pairs: readonly (readonly MachineActionType[])[] = [
  ['Isolate', 'Unisolate'],
  ['RestrictCodeExecution', 'UnrestrictCodeExecution'],
];

/** Whether a running action of the same machine keeps another from starting. */
export function isInConflict(asked: Kind, running: Kind): boolean {
  const isPair = pairs.some((pair) => pair.includes(asked.type) && pair.includes(running.type));
  return isPair || isRepeat(asked, running);
}

/** The same kind of action; of a quarantine, the same file. */
export function isRepeat(asked: Kind, running: Kind): boolean {
  return asked.type === running.type && asked.sha1?.toLowerCase() === running.sha1?.toLowerCase();
}
