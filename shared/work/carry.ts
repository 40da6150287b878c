import type { Operation, OperationError, OperationKind, OperationStage } from '../contract/operation.ts';

/** The kinds of due work; each has its own timer. `callbacks` holds signed events to the partner, the others hold operations. */
export const lanes = ['actions', 'alerts', 'callbacks', 'sync'] as const;

/** One of {@link lanes}. */
export type Lane = (typeof lanes)[number];

/** Whether Defender may be called for a tenant now; the other two are the stage that its unfinished operations show meanwhile. */
export type Gate = 'open' | 'Suspended' | 'Paused';

/** How one kind of operation is carried one step further. It writes no rows: what it returns is recorded by the engine. */
export type Carry = (carried: CarriedOperation, tools: CarryTools) => Promise<CarryOutcome>;

/** What a carry is told. */
export interface CarriedOperation {
  readonly operation: Operation;
  /** The request as accepted. */
  readonly request: unknown;
  /** What earlier steps of this carry kept for themselves; `undefined` before the first. */
  readonly state: unknown;
  /** What others told the operation while it waited (an approval, say), by name; see `Work.signal`. */
  readonly signals: Readonly<Record<string, unknown>>;
}

/** What a carry may use of the engine while it runs. */
export interface CarryTools {
  readonly now: () => number;
  /** Somebody asked for an end: what has not reached Defender is to be given up. */
  readonly isCancelRequested: boolean;
  /** The time to reach Defender is over: look whether it was reached, and otherwise end `expired`; send nothing new. */
  readonly isLate: boolean;
  /**
   * Writes the private state durably, **before** a call that changes something in Defender. Throws {@link LostClaim} when
   * another worker has the operation by now: then nothing may be sent.
   */
  saveIntent(state: unknown, progress?: Progress): Promise<void>;
  /** Milliseconds until others may take the operation over. No call may last longer. */
  leaseLeftMs(): number;
  /** Makes the lease whole again (90 s), for what takes long. Throws {@link LostClaim}. */
  renewLease(): Promise<void>;
}

/** What became known. A field left out stays as it was. */
export interface Progress {
  readonly result?: NonNullable<Operation['result']>;
  readonly upstream?: NonNullable<Operation['upstream']>;
  readonly stage?: OperationStage;
  /** Replaces the private state; any JSON value. */
  readonly state?: unknown;
}

/** How a step ended. */
export type CarryOutcome = Done | Later | Failed | Canceled;

export interface Done extends Progress {
  readonly outcome: 'Done';
}

/** Not finished: comes back at `dueAtMs` (at once when that is not in the future). Not an attempt, unless it says so. */
export interface Later extends Progress {
  readonly outcome: 'Later';
  readonly dueAtMs: number;
  readonly stage: OperationStage;
  /** The step failed in a way worth trying again: counted, and too many end the operation. */
  readonly isAttemptFailed?: boolean;
  /** A limit of Defender's said no: others of the tenant would hear the same. */
  readonly isThrottled?: true;
  /** Defender has it: from here on it can no longer be too late. */
  readonly hasReachedDefender?: boolean;
}

export interface Failed extends Progress {
  readonly outcome: 'Failed';
  readonly error: OperationError;
}

export interface Canceled extends Progress {
  readonly outcome: 'Canceled';
  /** The rule of ours that ended it; absent when somebody asked. */
  readonly error?: OperationError;
}

/** Another worker, or a cancel, took the operation: the step must stop, and nothing of it is recorded. */
export class LostClaim extends Error {
  constructor(id: string) {
    super(`${id} is no longer this worker's.`);
    this.name = 'LostClaim';
  }
}

/** An event to a partner's address, to be kept until it is delivered. */
export interface NewCallback {
  /** Unique in the tenant, the same however often it is made, at most 200 of `[A-Za-z0-9_-]`: it becomes the `webhook-id`. */
  readonly id: string;
  /** Everything its delivery needs; also what a dead letter shows. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A callback that is due. `attempts` counts this one. */
export interface DueCallback extends NewCallback {
  readonly tenantId: string;
  readonly attempts: number;
  readonly createdAtMs: number;
}

/** How a callback is delivered once; decides the next attempt itself. */
export type CallbackCarry = (callback: DueCallback, tools: { readonly now: () => number }) => Promise<CallbackOutcome>;

export type CallbackOutcome =
  | { readonly outcome: 'Done' }
  | {
      readonly outcome: 'Later';
      readonly dueAtMs: number;
      /** `false` when the fault was ours, or an address is at rest: not an attempt. */
      readonly isAttemptFailed: boolean;
    }
  | { readonly outcome: 'Failed'; readonly code: string };

/** Whether this build carries a kind: a newer one, which was rolled back or is being rolled out, may have left others. */
export function isKnownKind(kind: string): kind is OperationKind {
  return Object.hasOwn(laneOf, kind);
}

/** What an operation of a kind does first, unless whoever asks for it knows better. */
export const firstStageOf: Readonly<Record<OperationKind, OperationStage>> = {
  Alert: 'FindingMachine',
  AlertUpdate: 'Submitting',
  Action: 'Submitting',
  IndicatorSync: 'Applying',
  TenantRemoval: 'Applying',
};

/** The lane that carries a kind. */
export const laneOf: Readonly<Record<OperationKind, Exclude<Lane, 'callbacks'>>> = {
  Alert: 'alerts',
  AlertUpdate: 'alerts',
  Action: 'actions',
  IndicatorSync: 'sync',
  TenantRemoval: 'sync',
};
