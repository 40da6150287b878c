import type { Operation } from '../../../shared/contract/operation.ts';
import { isFinished } from '../../../shared/contract/operation.ts';
import type { DirectRecord } from '../../../shared/indicators/direct/direct-record.ts';
import { isOver } from '../../../shared/indicators/direct/direct-row.ts';
import { directOwner } from '../../../shared/indicators/wanted-row.ts';
import type { DirectStanding } from '../../../shared/indicators/direct/direct-standing.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { Canceled, Failed } from '../../../shared/work/carry.ts';
import { failed, refusedByPolicy, superseded } from '../action-outcomes.ts';
import { exceptionsRule } from '../guard/excepted-value.ts';
import type { IndicatorOrder } from './indicator-order.ts';

/** Whether a value stands as asked for: a row is in Defender, and ours by that; or nothing is left of what was asked for directly. */
export function isReached({ row }: IndicatorOrder, standing: DirectStanding): boolean {
  if (standing.state === 'Moving') return false;
  const isDirectlyHeld = standing.state === 'Held' && standing.owners.includes(directOwner);
  return row === undefined ? !isDirectlyHeld : isDirectlyHeld;
}

/** Somebody asked otherwise since, or its time is over: then nobody waits for it any more. `undefined`: it is to be carried on. */
export function overtaken(
  { row }: IndicatorOrder,
  records: readonly DirectRecord[],
  { operationId, nowMs }: { readonly operationId: string; readonly nowMs: number },
): Canceled | Failed | undefined {
  if (row !== undefined && isOver(row, nowMs)) return failed('expired', 'The time of the indicator is over.');
  const isOtherwise =
    row === undefined
      ? records.some((record) => record.row !== undefined)
      : !records.some((record) => record.operationId === operationId && record.row !== undefined);
  return isOtherwise ? superseded('Somebody asked otherwise for this value since.') : undefined;
}

/** What keeps a row out of Defender; `undefined`: nothing that is known. Only what a sync found out just now is an answer. */
export function refusalOf(
  { action, row }: IndicatorOrder,
  standing: DirectStanding,
  { policy }: Pick<TenantRecord, 'policy'>,
): Failed | undefined {
  if (row === undefined) return undefined;
  if (standing.state === 'Excepted') return refusedByPolicy(action, exceptionsRule);
  if (standing.state !== 'LeftOut') return undefined;
  const { code, why, failureReason } = standing;
  switch (code) {
    case 'below_policy': {
      const isUnwanted = row.action === 'Allowed' && !policy.indicators.allowAllowed;
      return refusedByPolicy(action, `#/policy/indicators/${isUnwanted ? 'allowAllowed' : 'protectedNames'}`);
    }
    case 'held_by_customer':
      return failed(code, 'Others hold an indicator of this value; it is left alone.');
    case 'over_capacity':
      return failed(code, `No room is left: ${why}.`);
    case 'defender_refused':
      return failed(code, `Defender refused the indicator: ${failureReason ?? 'no reason given'}.`, {
        ...(failureReason === undefined ? {} : { defenderCode: failureReason }),
      });
  }
}

/** What the tenant's sync ran into, when that is the end for this action too: who was refused for good is refused whatever is asked. */
export function failureOf({ status, error }: Pick<Operation, 'status' | 'error'>): Failed | undefined {
  if (status !== 'Failed' || error === undefined || error.code === 'attempts_exhausted') return undefined;
  return { outcome: 'Failed', error };
}

/** Whether a sync went through, so that what it left out is an answer. */
export function isThrough({ status }: Pick<Operation, 'status'>): boolean {
  return isFinished(status) && status === 'Succeeded';
}
