import { isFinished } from '../../shared/contract/operation.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import type { MachineActionResource } from '../local/simulator/defender/machine-actions/resource.ts';

/** All that is known of one tenant when its run is over. */
export interface RunFacts {
  readonly clientId: string;
  /** Oldest first. */
  readonly operations: readonly Operation[];
  /** Defender's. */
  readonly actions: readonly MachineActionResource[];
  /** Ids of operations that asked for a release by the clock. */
  readonly timed: ReadonlySet<string>;
  /** Whether the policy let us undo what others did, at a moment. */
  readonly mayUndoOthers: (atMs: number) => boolean;
}

const undone: Readonly<Record<string, string>> = {
  Unisolate: 'Isolate',
  UnrestrictCodeExecution: 'RestrictCodeExecution',
};

/** Which laws a run broke, in words; none when it broke none. */
export function brokenLaws(facts: RunFacts): readonly string[] {
  return [
    ...facts.operations.flatMap((operation) => brokenBy(operation, facts)),
    ...facts.actions.flatMap((action) => brokenByAction(action, facts)),
  ];
}

type Law = (holds: boolean, what: string) => void;

function brokenBy(operation: Operation, facts: RunFacts): readonly string[] {
  const { id, status, result = {}, error, nextAttemptAt } = operation;
  const broken: string[] = [];
  const law: Law = (holds, what) => {
    if (!holds) broken.push(`${id} (${String(result.action)}, ${status} ${error?.code ?? ''}): ${what}`);
  };
  law(isFinished(status), `it has no final state, though everything has ended; due ${nextAttemptAt}`);
  checkSent(operation, facts, law);
  checkEnd(operation, facts, law);
  checkRelease(operation, facts, law);
  return broken;
}

/** Once; a release again when Defender has ended the one before. Nothing that was sent is forgotten. */
function checkSent(operation: Operation, facts: RunFacts, law: Law): void {
  const { status, result = {} } = operation;
  const own = sentFor(operation, facts);
  const last = own.at(-1);
  const isReversal = result.reverses !== undefined;
  law(isReversal || own.length <= 1, `it was sent ${own.length} times`);
  const before = own.slice(0, -1);
  law(
    !isReversal || before.every((action) => ['Failed', 'TimeOut'].includes(action.status)),
    'a release was made again though the one before had not failed',
  );
  if (last === undefined) return;
  law(result.machineActionId === last.id && result.joined === false, 'it does not name what was sent for it');
  law(result.observed !== true && result.canceledInstead === undefined, 'something was sent for it all the same');
  law((last.status === 'Succeeded') === (status === 'Succeeded'), `Defender says ${last.status}`);
}

/** It ended as the machine action that it names. */
function checkEnd({ status, result = {}, error }: Operation, facts: RunFacts, law: Law): void {
  const named = facts.actions.find((action) => action.id === result.machineActionId);
  law((result.machineActionId === undefined) === (named === undefined), 'it names what Defender does not know');
  if (named !== undefined && result.joined !== true) {
    const { machineActionStatus: told } = result;
    law(told === named.status, `it says ${String(told)} where Defender says ${named.status}`);
  }
  if (status === 'Succeeded') {
    const canceled = facts.operations.find((other) => other.id === result.canceledInstead);
    const isInstead = canceled !== undefined && sentFor(canceled, facts).at(-1)?.status === 'Cancelled';
    law(named?.status === 'Succeeded' || isInstead || result.observed === true, 'it succeeded by nothing');
  }
  if (error?.code === 'action_failed') law(named?.status === 'Failed', 'its machine action did not fail');
  if (error?.code === 'action_timed_out') law(named?.status === 'TimeOut', 'its machine action did not time out');
  if (status === 'Canceled' && named !== undefined && result.joined !== true && result.reverses === undefined) {
    law(named.status === 'Cancelled', 'its machine action was not canceled');
  }
}

/** One for what we did, that holds, and that was to be released; none for anything else. */
function checkRelease(operation: Operation, facts: RunFacts, law: Law): void {
  const { id, status, result } = operation;
  const releases = facts.operations.filter((other) => other.result?.reverses === id);
  const isHeld = status === 'Succeeded' && sentFor(operation, facts).length > 0 && facts.timed.has(id);
  law(releases.length === (isHeld ? 1 : 0), `it has ${releases.length} releases`);
  law(releases[0]?.id === result?.reversal, 'it does not name its release');
}

function brokenByAction(action: MachineActionResource, facts: RunFacts): readonly string[] {
  const { id, type, requestor, cancellationRequestor, creationDateTimeUtc } = action;
  const isOurs = requestor === facts.clientId;
  const broken: string[] = [];
  const law = (holds: boolean, what: string): void => {
    if (!holds) broken.push(`machine action ${id} (${type} of ${requestor}): ${what}`);
  };
  law(cancellationRequestor !== facts.clientId || isOurs, 'we canceled what is not ours');
  const operation = facts.operations.find((each) => isFor(action, each));
  law(!isOurs || operation !== undefined, 'it bears no mark of an operation');
  const doing = undone[type];
  if (!isOurs || doing === undefined || operation === undefined) return broken;

  const atMs = Date.parse(creationDateTimeUtc);
  const standing = standingAt(action, doing, facts);
  const reverses = operation.result?.reverses;
  if (reverses === undefined) {
    const isOthers = standing.some((each) => each.requestor !== facts.clientId);
    law(!isOthers || facts.mayUndoOthers(atMs), 'it undid what others did');
  } else {
    const held = facts.operations.find((each) => each.id === reverses)?.result?.machineActionId;
    law(standing.at(-1)?.id === held, 'a release undid another action than its own');
  }
  return broken;
}

/**
 * What was done and not undone when a release was sent, in the order in which it came into force. The clock stands still while
 * things happen: of what came into force in the very moment nobody can say whether it was before.
 */
function standingAt(
  release: MachineActionResource,
  doing: string,
  { actions }: RunFacts,
): readonly MachineActionResource[] {
  const held = actions
    .filter(({ machineId, type }) => machineId === release.machineId && [doing, release.type].includes(type))
    .filter(({ id, status }) => id !== release.id && status === 'Succeeded')
    .filter(({ lastUpdateDateTimeUtc }) => lastUpdateDateTimeUtc < release.creationDateTimeUtc)
    .toSorted((a, b) => (a.lastUpdateDateTimeUtc < b.lastUpdateDateTimeUtc ? -1 : 1));
  return held.slice(held.findLastIndex(({ type }) => type === release.type) + 1);
}

function sentFor(operation: Operation, { actions, clientId }: RunFacts): readonly MachineActionResource[] {
  return actions
    .filter((action) => action.requestor === clientId && isFor(action, operation))
    .toSorted((a, b) => (a.creationDateTimeUtc < b.creationDateTimeUtc ? -1 : 1));
}

function isFor({ requestorComment }: MachineActionResource, { id }: Operation): boolean {
  return requestorComment?.endsWith(`[${id}]`) === true;
}
