import type { ActionOrder } from '../../../shared/actions/action-operation.ts';
import type { ActionRequest } from '../../../shared/contract/action.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import { catalogue } from '../catalogue.ts';
import type { ActionMachine } from './machine-action-state.ts';

/** What holds now and is to be released when its time is over. */
export interface HeldAction {
  readonly operation: Pick<Operation, 'id' | 'tenantId' | 'callerId'>;
  readonly data: ActionRequest;
  readonly machine: ActionMachine;
  readonly machineActionId: string;
  readonly dueAtMs: number;
}

/** As long as a comment may be (contract §5). */
const maxComment = 1000;

/**
 * The release of an action, as an operation of its own and of the same caller. The same however often it is made, and without
 * a time to reach Defender: it is tried until it is done or superseded.
 */
export function toRelease({ operation, data, machine, machineActionId, dueAtMs }: HeldAction): ActionOrder {
  const action = catalogue[data.action].undoneBy;
  if (action !== 'Unisolate' && action !== 'UnrestrictCodeExecution') throw new Error(`Nothing undoes ${data.action}.`);
  const comment = `The time is over of: ${data.comment}`.slice(0, maxComment).toWellFormed();
  const dedupeKey = `release|${operation.id}`;
  return {
    tenantId: operation.tenantId,
    callerId: operation.callerId,
    ...{ dedupeKey, fingerprint: dedupeKey, dueAtMs, isLeftToTimer: true },
    action: {
      data: { action, machine: { id: machine.id }, comment },
      reverses: { operationId: operation.id, machineActionId },
    },
  };
}
