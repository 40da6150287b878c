import type { ActionName } from '../../shared/contract/action.ts';
import type { OperationError, OperationErrorCode } from '../../shared/contract/operation.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import type { OperationResult } from '../../shared/contract/operation-result.ts';
import type { Canceled, CarryOutcome, Failed, Progress } from '../../shared/work/carry.ts';

/** An action that ends otherwise than asked for. */
export function failed(code: OperationErrorCode, message: string, more: Partial<OperationError> = {}): Failed {
  return { outcome: 'Failed', error: { ...more, code, message } };
}

/** The tenant's policy says no. */
export function refusedByPolicy(action: ActionName, rule: string): Failed {
  return failed('refused_by_policy', `The tenant's policy does not allow ${action}.`, { rule });
}

/** Dropped by a rule of ours: nobody needs it any more. */
export function superseded(message: string): Canceled {
  return { outcome: 'Canceled', error: { code: 'superseded', message } };
}

/** The tenant left before the action was over. */
export function disconnected(): Canceled {
  return superseded('The tenant was disconnected before the action was over.');
}

/** What an operation tells of its machine. */
export function toMachineResult({
  id,
  computerDnsName,
}: {
  readonly id: string;
  readonly computerDnsName?: string | undefined;
}): NonNullable<OperationResult['machine']> {
  return { id, ...(computerDnsName === undefined ? {} : { computerDnsName }) };
}

/** The outcome with the ids of Microsoft's last answer; those that are known already stay. */
export function withUpstream<Outcome extends CarryOutcome>(
  outcome: Outcome,
  upstream: NonNullable<Progress['upstream']>,
  { upstream: before }: Pick<Operation, 'upstream'> = {},
): Outcome {
  return Object.keys(upstream).length === 0
    ? outcome
    : { ...outcome, upstream: { ...before, ...outcome.upstream, ...upstream } };
}
