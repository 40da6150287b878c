import type { ActionName, ActionRequest } from '../../shared/contract/action.ts';
import type { FieldError } from '../../shared/contract/problem.ts';
import { toTagRequest } from '../../shared/defender/machine-rows.ts';
import type { DefenderMachine, DefenderMachineRequest } from '../../shared/defender/machine-rows.ts';
import type { MdeRole } from '../../shared/defender/roles.ts';

/** The actions of contract §5 that this build carries. */
export const carriedActions = ['AddTag', 'RemoveTag'] as const satisfies readonly ActionName[];

/** Name of an action that this build carries. */
export type CarriedAction = (typeof carriedActions)[number];

/** A request for an action that this build carries, for one machine by its id. */
export type CarriedRequest = RequestFor<CarriedAction>;

type RequestFor<Action extends CarriedAction> = Extract<ActionRequest, { action: Action }> & {
  readonly machine: { readonly id: string };
};

/** One action: what it needs, what it sends, and how to see that it is done. */
export interface CatalogueRow<Request> {
  /** Of the call that acts; `actionRoles` has all that the action needs. */
  readonly role: MdeRole;
  readonly undoneBy?: ActionName;
  /** The very call that is made. */
  readonly toRequest: (request: Request, machineId: string) => DefenderMachineRequest;
  /** Whether the machine already is as the action would leave it: by somebody, or by a try of ours whose answer was lost. */
  readonly isReached: (request: Request, machine: DefenderMachine) => boolean;
}

const catalogue: { readonly [Action in CarriedAction]: CatalogueRow<RequestFor<Action>> } = {
  AddTag: {
    role: 'Machine.ReadWrite.All',
    undoneBy: 'RemoveTag',
    toRequest: ({ tag }, machineId) => toTagRequest(machineId, tag, 'Add'),
    isReached: ({ tag }, { machineTags }) => machineTags.includes(tag),
  },
  RemoveTag: {
    role: 'Machine.ReadWrite.All',
    undoneBy: 'AddTag',
    toRequest: ({ tag }, machineId) => toTagRequest(machineId, tag, 'Remove'),
    isReached: ({ tag }, { machineTags }) => !machineTags.includes(tag),
  },
};

/** The row of a request's action. */
export function rowOf<Action extends CarriedAction>(request: {
  readonly action: Action;
}): CatalogueRow<RequestFor<Action>> {
  return catalogue[request.action];
}

/** The request as this build carries it, or what of it this build does not carry, with pointers into the envelope. */
export function toCarried(request: ActionRequest): CarriedRequest | { readonly errors: readonly FieldError[] } {
  if (!isCarried(request)) {
    const detail = `This build carries ${carriedActions.join(', ')}.`;
    return { errors: [{ pointer: '#/data/action', code: 'invalid_value', detail }] };
  }
  const { id, ...others } = request.machine;
  if (id !== undefined && Object.keys(others).length === 0) return { ...request, machine: { id } };
  const detail = 'This build takes a machine by its id alone.';
  return { errors: [{ pointer: '#/data/machine', code: 'invalid_value', detail }] };
}

function isCarried(request: ActionRequest): request is Extract<ActionRequest, { action: CarriedAction }> {
  return carriedActions.some((action) => action === request.action);
}
