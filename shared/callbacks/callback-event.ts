import { actionNameSchema } from '../contract/action.ts';
import type { CallbackEvent } from '../contract/callback-event.ts';
import type { Operation } from '../contract/operation.ts';
import { isFinished } from '../contract/operation.ts';
import { toTime } from '../contract/primitives.ts';

/** An operation that changed, and what a callback says of it besides. */
export interface OperationChange {
  /** Absent when the operation was accepted just now. */
  readonly before?: Operation;
  readonly after: Operation;
  /** The partner's own id of an alert. */
  readonly reference?: string;
  /** When an action that waits ends `expired`. */
  readonly submitByMs?: number;
  /** Where the app is reached, without a slash at the end. */
  readonly publicUrl: string;
}

/** Says which events of contract §10 a change of an operation is. Thin: ids, state and where to read the rest. */
export function toCallbackEvents(change: OperationChange): readonly CallbackEvent[] {
  switch (change.after.kind) {
    case 'Alert':
      return [...alertCreated(change), ...alertFailed(change)];
    case 'AlertUpdate':
      return alertFailed(change);
    case 'Action':
      return [...actionHeld(change), ...actionEnded(change)];
    case 'IndicatorSync':
      return indicatorsSynced(change);
    case 'TenantRemoval':
      return tenantRemoved(change);
  }
}

/** Only when it is in Defender: what was merely observed has no alert there. */
function alertCreated(change: OperationChange): readonly CallbackEvent[] {
  const { before, after, reference: id } = change;
  const alertId = after.result?.alertId;
  if (id === undefined || alertId === undefined || before?.result?.alertId !== undefined) return [];
  const merged = after.result?.merged === true;
  return [{ type: 'alert.created', ...headOf(after), data: { ...stateOf(change), id, alertId, merged } }];
}

function alertFailed(change: OperationChange): readonly CallbackEvent[] {
  const { after, reference: id } = change;
  if (!hasEnded(change) || after.status !== 'Failed' || id === undefined || after.error === undefined) return [];
  return [{ type: 'alert.failed', ...headOf(after), data: { ...stateOf(change), id, code: after.error.code } }];
}

function actionHeld(change: OperationChange): readonly CallbackEvent[] {
  const { before, after, submitByMs } = change;
  const action = actionNameSchema.safeParse(after.result?.action).data;
  const isHeld = after.stage === 'AwaitingApproval' && before?.stage !== 'AwaitingApproval';
  if (!isHeld || action === undefined || submitByMs === undefined) return [];
  const data = { ...stateOf(change), action, expiresAt: toTime(submitByMs) };
  return [{ type: 'action.held', ...headOf(after), data }];
}

const actionEnds = { Succeeded: 'action.succeeded', Failed: 'action.failed', Canceled: 'action.canceled' } as const;

function actionEnded(change: OperationChange): readonly CallbackEvent[] {
  const { after } = change;
  const action = actionNameSchema.safeParse(after.result?.action).data;
  const { status } = after;
  if (!hasEnded(change) || status === 'NotStarted' || status === 'Running' || action === undefined) return [];
  const machineId = after.result?.machine?.id;
  const data = {
    ...{ ...stateOf(change), action },
    ...(machineId === undefined ? {} : { machineId }),
    ...(after.error === undefined ? {} : { code: after.error.code }),
  };
  return [{ type: actionEnds[status], ...headOf(after), data }];
}

/** A run that changed something in the tenant, however it ended. */
function indicatorsSynced(change: OperationChange): readonly CallbackEvent[] {
  const { after } = change;
  const { added = 0, changed = 0, renewed = 0, removed = 0, rejected = 0, cut = 0 } = after.result ?? {};
  const isObserved = after.result?.observed === true;
  if (!hasEnded(change) || isObserved || added + changed + renewed + removed === 0) return [];
  const data = { ...stateOf(change), added, changed, renewed, removed, rejected, cut };
  return [{ type: 'indicators.synced', ...headOf(after), data }];
}

/** Without consent some rows stay until they expire by themselves: the tenant is removed all the same. */
function tenantRemoved(change: OperationChange): readonly CallbackEvent[] {
  const { after } = change;
  const isRemoved = after.status === 'Succeeded' || after.error?.code === 'indicators_left';
  if (!hasEnded(change) || !isRemoved) return [];
  return [{ type: 'tenant.removed', ...headOf(after), data: stateOf(change) }];
}

function hasEnded({ before, after }: OperationChange): boolean {
  return isFinished(after.status) && (before === undefined || !isFinished(before.status));
}

function headOf({ lastUpdatedAt, tenantId }: Operation) {
  return { timestamp: lastUpdatedAt, tenantId };
}

function stateOf({ after, publicUrl }: OperationChange) {
  const url = `${publicUrl}/api/v1/tenants/${after.tenantId}/operations/${after.id}`;
  return { operationId: after.id, status: after.status, version: after.version, url };
}
