import { machineActionTypes } from './resource.ts';
import type { ActionOutcome } from './record.ts';
import type { MachineActionType } from './resource.ts';

/** How the actions of a machine go. */
export interface ActionSettings {
  /** From the request until the agent takes it up. */
  readonly checkInMs: number;
  /** From then until it ends. */
  readonly workMs: number;
  /** From a request to cancel until it holds; an action that ends before is not cancelled. */
  readonly cancelMs: number;
  /** Its agent does not check in. */
  readonly isOffline: boolean;
  /** The tenant's administrators allow no response action on it. */
  readonly isRestricted: boolean;
}

/** The outcome of the next action that fits. */
export interface ScriptedOutcome extends ActionOutcome {
  readonly machineId?: string;
  readonly type?: MachineActionType;
  /** For how many actions; 1 when absent. */
  readonly times?: number;
}

/** A few seconds, so that a demo sees every state. */
export const defaultSettings: ActionSettings = {
  checkInMs: 2_000,
  workMs: 3_000,
  cancelMs: 0,
  isOffline: false,
  isRestricted: false,
};

const statuses = ['Pending', 'InProgress', 'Succeeded', 'Failed', 'TimeOut', 'Cancelled'];

/** Throws a `RangeError` on names and values that do not exist. */
export function checkedSettings(changes: Readonly<Record<string, unknown>>): Partial<ActionSettings> {
  const known: Readonly<Record<string, unknown>> = { ...defaultSettings };
  for (const [name, value] of Object.entries(changes)) {
    const isFitting = typeof value === typeof known[name] && (typeof value !== 'number' || value >= 0);
    if (!isFitting) throw new RangeError(`Setting ${name} cannot be ${JSON.stringify(value)}.`);
  }
  return changes;
}

/** The same for an outcome. */
export function checkedOutcome(outcome: ScriptedOutcome): ScriptedOutcome {
  if (!statuses.includes(outcome.status)) throw new RangeError(`There is no status ${String(outcome.status)}.`);
  if (outcome.type !== undefined) checkedType(outcome.type);
  return outcome;
}

export function checkedType(type: unknown): MachineActionType {
  const known = machineActionTypes.find((each) => each === type);
  if (!known) throw new RangeError(`There is no machine action ${String(type)}.`);
  return known;
}
