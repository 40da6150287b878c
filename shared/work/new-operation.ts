import type { OperationKind, OperationStage } from '../contract/operation.ts';
import type { OperationResult } from '../contract/operation-result.ts';

/** What is asked for. */
export interface NewOperation {
  readonly tenantId: string;
  readonly kind: OperationKind;
  /** Who asks; absent when nobody called. */
  readonly callerId?: string;
  /** Unique per caller and tenant: the same key is the same operation. A scenario's own keys contain a `|`, which no caller's can. */
  readonly dedupeKey: string;
  /** Of the request's bytes and route: another one under the same key is refused. */
  readonly fingerprint: string;
  /** As received, up to 256 KiB. */
  readonly request: Readonly<Record<string, unknown>>;
  /** The partner's own id, to find the operation by. */
  readonly reference?: string;
  /** Facts and stage that are known already. */
  readonly result?: OperationResult;
  readonly stage?: OperationStage;
  readonly state?: unknown;
  /** From then on it ends `expired` unless it has reached Defender. */
  readonly submitByMs?: number;
  /** Not before then (a release in four hours). */
  readonly dueAtMs?: number;
  /** At most one unfinished operation of a tenant has the name. */
  readonly exclusive?: string;
  /** The name stays taken for so long after it succeeded (an id that is given once), even when the operation itself is forgotten. */
  readonly keepsNameMs?: number;
  /** Attempts never end it (a release). */
  readonly neverGivesUp?: boolean;
  /** Accepted even when the tenant's backlog is full: what follows from work that was accepted. */
  readonly ignoresBacklog?: boolean;
  readonly traceparent?: string;
  /** `true`: nobody will call `perform`, the lane's timer starts it. */
  readonly isLeftToTimer?: boolean;
}
