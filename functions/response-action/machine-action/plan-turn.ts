import type { ActionRequest } from '../../../shared/contract/action.ts';
import { endOf } from '../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import { toTicks } from '../../../shared/ticks.ts';
import { catalogue } from '../catalogue.ts';
import { ourOperationOf } from './our-operation.ts';
import { isSameFile, isSameOrder, isSameRelease } from './same-order.ts';

/** What is asked of a machine, and who asks. */
export interface TurnQuestion {
  readonly request: ActionRequest;
  readonly operationId: string;
  /** Our application's id: what it asked for in Defender is ours. */
  readonly clientId: string;
  /** Of the file to quarantine. */
  readonly sha1?: string | undefined;
  /** The machine action that this one undoes because its time is over. */
  readonly reverses?: { readonly machineActionId: string } | undefined;
  readonly undoOthers: boolean;
  /** `releaseAfter` of the operations of ours that do the same here and undo it by themselves, by their ids. */
  readonly releases?: ReadonlyMap<string, string> | undefined;
  /** A try of ours that Defender has ended already. */
  readonly endedId?: string | undefined;
}

/** What an action may do now, by what runs on its machine and what was done there (contract §5). */
export type Turn =
  | { readonly turn: 'Send' | 'Wait' | 'RefuseOthers' | 'Superseded' }
  /** `Found`: our own, which arrived after all. `Join`: somebody's that does the same. */
  | { readonly turn: 'Found' | 'Join'; readonly action: DefenderMachineAction }
  /** `isHeldBesides`: what we did before it stands, and is to be undone once it is canceled. */
  | {
      readonly turn: 'CancelOurs';
      readonly machineActionId: string;
      readonly operationId: string;
      readonly isHeldBesides: boolean;
    };

/** Decides whose turn it is. `actions`: all of the machine's. */
export function planTurn(question: TurnQuestion, actions: readonly DefenderMachineAction[]): Turn {
  const newest = newestFirst(actions);
  const own = findOwn(question, newest);
  if (own !== undefined) return { turn: 'Found', action: own };
  const [rival, ...others] = newest.filter((action) => endOf(action) === undefined && isRival(question, action));
  return rival === undefined ? whenIdle(question, newest) : behind(question, [rival, ...others], newest);
}

/** The newest machine action that is the operation's, but for the try that has ended. */
export function findOwn(
  { operationId, request, endedId, clientId }: Pick<TurnQuestion, 'operationId' | 'request' | 'endedId' | 'clientId'>,
  actions: readonly DefenderMachineAction[],
): DefenderMachineAction | undefined {
  const [own] = newestFirst(actions).filter(
    (action) => action.type === request.action && ourOperationOf(clientId, action) === operationId,
  );
  return own?.id === endedId ? undefined : own;
}

/** Two of a kind, or one and its undoing, never run together on a machine; of quarantines, on a file. */
function isRival({ request, sha1 }: TurnQuestion, action: DefenderMachineAction): boolean {
  if (action.type !== request.action) return action.type === oppositeOf(request);
  return request.action !== 'StopAndQuarantineFile' || isSameFile(action, sha1);
}

function behind(
  question: TurnQuestion,
  rivals: readonly [DefenderMachineAction, ...DefenderMachineAction[]],
  newest: readonly DefenderMachineAction[],
): Turn {
  const [rival] = rivals;
  const { request, reverses } = question;
  const isEnding = rival.cancellationRequestor !== undefined;
  // What a release would follow or cancel is a decision that somebody took since.
  if (rivals.length > 1 || isEnding || reverses !== undefined) return { turn: 'Wait' };
  const operationId = ourOperationOf(question.clientId, rival);
  if (rival.type === request.action) {
    // Whoever follows what another operation of ours does takes its release over as well.
    const isSame = operationId === undefined || isSameRelease(request, question.releases?.get(operationId));
    return isSame && isSameOrder(request, rival, question.sha1) ? { turn: 'Join', action: rival } : { turn: 'Wait' };
  }
  const isUndone = catalogue[request.action].undoneBy === undefined;
  if (!isUndone || operationId === undefined || rival.status !== 'Pending') return { turn: 'Wait' };
  const isHeldBesides = standingOf(question, newest).length > 0 && whenIdle(question, newest).turn === 'Send';
  return { turn: 'CancelOurs', machineActionId: rival.id, operationId, isHeldBesides };
}

/** Nothing is in the way; an undoing also asks whose doing it undoes. */
function whenIdle(question: TurnQuestion, newest: readonly DefenderMachineAction[]): Turn {
  const { request, reverses, undoOthers } = question;
  if (undoneOf(request) === undefined) return { turn: 'Send' };
  const isOthers = standingOf(question, newest).some(
    (action) => ourOperationOf(question.clientId, action) === undefined,
  );
  if (reverses === undefined) return { turn: isOthers && !undoOthers ? 'RefuseOthers' : 'Send' };
  const [latest] = heldOf(question, newest);
  const isLatest = latest === undefined || latest.id === reverses.machineActionId;
  return { turn: isLatest && !isOthers ? 'Send' : 'Superseded' };
}

/** What an undoing would undo: all that was done since it was last undone. */
function standingOf(
  question: TurnQuestion,
  newest: readonly DefenderMachineAction[],
): readonly DefenderMachineAction[] {
  const held = heldOf(question, newest);
  const lastUndoing = held.findIndex(({ type }) => type === question.request.action);
  return lastUndoing === -1 ? held : held.slice(0, lastUndoing);
}

/** What took effect of an undoing's pair. */
function heldOf({ request }: TurnQuestion, newest: readonly DefenderMachineAction[]): readonly DefenderMachineAction[] {
  const pair = [undoneOf(request), request.action];
  return newest.filter((action) => endOf(action) === 'Succeeded' && pair.includes(action.type));
}

/** The action that a request's undoes, or that undoes it. */
function oppositeOf(request: ActionRequest): string | undefined {
  return catalogue[request.action].undoneBy ?? undoneOf(request);
}

function undoneOf({ action }: ActionRequest): string | undefined {
  return Object.entries(catalogue).find(([, { undoneBy }]) => undoneBy === action)?.[0];
}

function newestFirst(actions: readonly DefenderMachineAction[]): readonly DefenderMachineAction[] {
  const at = ({ creationDateTimeUtc = '' }: DefenderMachineAction): bigint => toTicks(creationDateTimeUtc) ?? 0n;
  return actions.toSorted((a, b) => (at(a) === at(b) ? 0 : at(a) > at(b) ? -1 : 1));
}
