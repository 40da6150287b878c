import type {
  Operation,
  OperationError,
  OperationKind,
  OperationStage,
  OperationStatus,
  OperationUpstream,
} from '../../contract/operation.ts';
import { isFinished } from '../../contract/operation.ts';
import type { OperationResult } from '../../contract/operation-result.ts';
import type { PackedProperties } from '../../packed-json.ts';
import type { Gate, Progress } from '../carry.ts';

/** An operation as it is kept: what its reader sees, and what the engine and its carry need besides. */
export interface StoredOperation {
  readonly tenantId: string;
  readonly id: string;
  readonly kind: OperationKind;
  readonly callerId?: string;
  readonly status: OperationStatus;
  readonly stage?: OperationStage;
  readonly version: number;
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly nextAttemptAtMs?: number;
  readonly upstream?: OperationUpstream;
  readonly result?: OperationResult;
  readonly error?: OperationError;
  /** The partner's own id of what was asked for; one of the ids an operation is found by. */
  readonly reference?: string;
  /** The request, still packed: most writes only hand it on. Empty once the operation succeeded. */
  readonly packedRequest: PackedProperties;
  readonly state?: unknown;
  readonly signals: Readonly<Record<string, unknown>>;
  readonly fingerprint: string;
  /** Who made the row: how an accept recognises its own write. */
  readonly acceptNonce: string;
  /** Who wrote last: how any other write whose reply was lost is recognised. */
  readonly nonce: string;
  /** Row key of its work item; absent when finished. */
  readonly itemKey?: string;
  /** Row key of its dead letter. */
  readonly deadLetterKey?: string;
  /** The name it holds alone in its tenant. */
  readonly exclusive?: string;
  /** For how long the name stays taken once it succeeded. */
  readonly keepsNameMs?: number;
  readonly isCancelRequested: boolean;
  /** How often an intent was written: at 0, Defender was surely not called with an effect. */
  readonly intents: number;
  readonly hasReachedDefender: boolean;
  readonly submitByMs?: number;
  /** Tried until it is done: attempts never end it. */
  readonly neverGivesUp: boolean;
  readonly traceparent?: string;
  /** Of the row that was read; absent before the first write. */
  readonly etag?: string;
}

/** What a change of an operation sets; `null` takes a field away. */
export type OperationChange = {
  readonly [K in keyof StoredOperation]?: StoredOperation[K] | (undefined extends StoredOperation[K] ? null : never);
};

/** The operation after a change that its readers can see: the version rises. */
export function nextVersion(before: StoredOperation, change: OperationChange, nowMs: number): StoredOperation {
  return withChange(before, {
    ...change,
    version: before.version + 1,
    updatedAtMs: Math.max(nowMs, before.updatedAtMs),
  });
}

/** The operation with some fields set, others taken away. */
export function withChange(before: StoredOperation, change: OperationChange): StoredOperation {
  const entries = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined);
  // The entries are the fields of both, of the types that both have: only optional ones can be null or undefined.
  return Object.fromEntries(entries) as unknown as StoredOperation;
}

/** What a step that found something out changes. Ids that Microsoft's last answer did not have are no news. */
export function fromProgress(progress: Progress): OperationChange {
  return {
    ...(progress.result === undefined ? {} : { result: progress.result }),
    ...(isEmpty(progress.upstream) ? {} : { upstream: progress.upstream }),
    ...(progress.stage === undefined ? {} : { stage: progress.stage }),
    ...(progress.state === undefined ? {} : { state: progress.state }),
  };
}

function isEmpty(upstream: Progress['upstream']): boolean {
  return Object.values(upstream ?? {}).every((id) => id === undefined);
}

/** Whether it is too late to start: the time is over and Defender does not have it. */
export function isLate(stored: StoredOperation, nowMs: number): boolean {
  return stored.submitByMs !== undefined && !stored.hasReachedDefender && nowMs >= stored.submitByMs;
}

/** The operation as its readers see it. A tenant that is not connected shows in the stage, without a write. */
export function toOperation(stored: StoredOperation, gate: Gate): Operation {
  const finished = isFinished(stored.status);
  const stage = finished ? undefined : gate === 'open' ? stored.stage : gate;
  return {
    id: stored.id,
    kind: stored.kind,
    status: stored.status,
    ...(stage === undefined ? {} : { stage }),
    version: stored.version,
    tenantId: stored.tenantId,
    ...(stored.callerId === undefined ? {} : { callerId: stored.callerId }),
    attempts: stored.attempts,
    createdAt: toTime(stored.createdAtMs),
    lastUpdatedAt: toTime(stored.updatedAtMs),
    ...(finished || stored.nextAttemptAtMs === undefined ? {} : { nextAttemptAt: toTime(stored.nextAttemptAtMs) }),
    ...(stored.upstream === undefined ? {} : { upstream: stored.upstream }),
    ...(stored.result === undefined ? {} : { result: stored.result }),
    ...(stored.error === undefined ? {} : { error: stored.error }),
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
