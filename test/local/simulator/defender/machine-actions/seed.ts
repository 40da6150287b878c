import { checkedOutcome, checkedType } from './settings.ts';
import type { MachineResource } from '../machines/resource.ts';
import type { ActionOutcome } from './record.ts';
import type { LiveResponseCommand, MachineActionType } from './resource.ts';
import type { NewAction } from './store.ts';

/** An action that somebody else started: a person in the portal, unless it says otherwise. */
export interface MachineActionSeed {
  readonly type: MachineActionType;
  readonly machineId: string;
  /** A person's name, an app's id, or what else the service prints. */
  readonly requestor?: string;
  readonly requestSource?: string;
  readonly requestorComment?: string;
  readonly scope?: string;
  readonly sha1?: string;
  readonly commands?: readonly LiveResponseCommand[];
  /** When it was started; now when absent. */
  readonly creationDateTimeUtc?: string;
  /** How it ends; as the script says when absent. */
  readonly outcome?: ActionOutcome;
}

const scopes: Partial<Record<MachineActionType, string>> = { Isolate: 'Full', RunAntiVirusScan: 'Quick' };

/** Throws a `RangeError` on a type, an outcome or a time that is none. */
export function fromSeed(seed: MachineActionSeed, machine: MachineResource, nowMs: number): NewAction {
  const type = checkedType(seed.type);
  const { creationDateTimeUtc, outcome, commands = [], sha1 } = seed;
  const createdMs = creationDateTimeUtc === undefined ? nowMs : Date.parse(creationDateTimeUtc);
  if (Number.isNaN(createdMs)) throw new RangeError(`${JSON.stringify(creationDateTimeUtc)} is no time.`);
  return {
    machine,
    requestor: seed.requestor ?? 'ana@example.test',
    requestSource: seed.requestSource ?? 'Portal',
    nowMs: createdMs,
    order: {
      ...{ type, commands, comment: seed.requestorComment ?? 'By hand', scope: seed.scope ?? scopes[type] ?? null },
      sha1: sha1 ?? (type === 'StopAndQuarantineFile' ? 'd'.repeat(40) : null),
    },
    ...(outcome ? { outcome: checkedOutcome(outcome) } : {}),
  };
}
