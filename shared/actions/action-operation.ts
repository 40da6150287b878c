import { z } from 'zod';
import { actionRequestSchema } from '../contract/action.ts';
import type { ActionRequest } from '../contract/action.ts';
import type { OperationStage } from '../contract/operation.ts';
import type { Immutable } from '../contract/primitives.ts';
import { operationIdSchema } from '../contract/primitives.ts';
import type { NewOperation } from '../work/new-operation.ts';

/** What an operation of kind `Action` keeps as its request. */
export const storedActionSchema = z.strictObject({
  data: actionRequestSchema,
  /** Waits for a person's approval whatever the tenant's lists say: who started it asked for that. */
  isApprovalForced: z.literal(true).optional(),
  /** The machine action of ours that this one undoes when its time is over, and the operation that sent it. */
  reverses: z.strictObject({ operationId: operationIdSchema, machineActionId: z.string() }).optional(),
});

/** What an operation of kind `Action` keeps as its request. */
export type StoredAction = Immutable<z.output<typeof storedActionSchema>>;

/** What an operation of kind `Action` was accepted with. */
export function readStoredAction(request: unknown): StoredAction {
  return storedActionSchema.parse(request);
}

/** An action that is asked for: by a caller, by an alert's response, or by an action whose time is over. */
export interface ActionOrder extends Pick<
  NewOperation,
  'dedupeKey' | 'fingerprint' | 'submitByMs' | 'dueAtMs' | 'traceparent' | 'isLeftToTimer'
> {
  readonly tenantId: string;
  readonly callerId?: string | undefined;
  readonly action: StoredAction;
}

/** The operation to accept for an action. What follows from accepted work is never turned away, and a release is never given up. */
export function toActionOperation({ action, callerId, ...order }: ActionOrder): NewOperation {
  const { data, reverses, isApprovalForced } = action;
  const stage = stageOf(action);
  return {
    ...order,
    kind: 'Action',
    ...(callerId === undefined ? {} : { callerId }),
    request: action,
    ...(stage === undefined ? {} : { stage }),
    result: {
      action: data.action,
      ...machineOf(data),
      ...(reverses === undefined ? {} : { reverses: reverses.operationId }),
    },
    ...(reverses === undefined ? {} : { neverGivesUp: true }),
    ...(reverses !== undefined || isApprovalForced === true ? { ignoresBacklog: true } : {}),
  };
}

/** What it does first; a release knows its machine, and waits for its time. */
function stageOf({ data, reverses }: StoredAction): OperationStage | undefined {
  if ('indicator' in data) return 'Applying';
  return 'machine' in data && reverses === undefined ? 'FindingMachine' : undefined;
}

function machineOf(data: ActionRequest): { readonly machine?: { readonly id: string } } {
  const id = 'machine' in data ? data.machine.id : undefined;
  return id === undefined ? {} : { machine: { id } };
}
