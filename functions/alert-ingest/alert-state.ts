import type { AlertCreated } from '../../shared/contract/alert.ts';
import type { AlertEvent } from '../../shared/contract/operation-result.ts';
import type { TenantPolicy } from '../../shared/contract/tenant.ts';
import type { MachineRecord } from '../../shared/machines/machine-record.ts';
import type { MachineResolution } from '../../shared/machines/resolve-machine.ts';
import type { Canceled, Failed, Later } from '../../shared/work/carry.ts';
import type { ChosenEvent } from './event/rank-events.ts';
import type { ResponsePlan } from './response-plan.ts';

/** The machine of an alert, once it is found. */
export interface AlertMachine {
  readonly id: string;
  readonly computerDnsName?: string;
}

/** Where an alert's operation stands; what the carry keeps between steps. */
export type AlertState =
  | { readonly at: 'FindingMachine'; readonly startedAtMs: number }
  /** `by`: the query to ask with, built of the evidence or of nothing but the time. */
  | {
      readonly at: 'FindingEvent';
      readonly startedAtMs: number;
      readonly machine: AlertMachine;
      readonly by: 'Evidence' | 'Time';
    }
  | {
      readonly at: 'Creating';
      readonly startedAtMs: number;
      readonly machine: AlertMachine;
      readonly event: AlertEvent;
    }
  /** Without an event, through Graph. */
  | { readonly at: 'CreatingInGraph'; readonly startedAtMs: number; readonly machine: AlertMachine }
  /** The intent of a creation was written: Defender (without an event: Graph) may have it. To be looked for before it is made again. */
  | {
      readonly at: 'Looking';
      readonly startedAtMs: number;
      readonly machine: AlertMachine;
      readonly event: AlertEvent | undefined;
      /** When it was written. */
      readonly intentAtMs?: number;
    }
  /** The alert is made; what it starts is left to do. */
  | {
      readonly at: 'Responding';
      readonly startedAtMs: number;
      readonly machine: AlertMachine;
      readonly event: AlertEvent | undefined;
      readonly alertId: string;
      readonly merged: boolean;
      /** When it was made, as far as we know: times of its responses count from then. */
      readonly madeAtMs: number;
      readonly plan: ResponsePlan;
    };

/** What Defender said to what the state asks for. */
export type AlertNews =
  | { readonly news: 'Machine'; readonly resolution: MachineResolution<MachineRecord> }
  | { readonly news: 'Event'; readonly found: ChosenEvent | undefined }
  /** Defender refused to create: it knows no such event (404). */
  | { readonly news: 'EventUnknown' }
  /** No alert with the operation's mark is in Defender. */
  | { readonly news: 'NotCreated' };

/** What is known besides. */
export interface AlertFacts {
  readonly alert: AlertCreated;
  readonly policy: Pick<TenantPolicy['alerts'], 'searchFor' | 'fallback'>;
  readonly nowMs: number;
  readonly isCancelRequested: boolean;
  readonly isLate: boolean;
}

/** What to do next: go on in a state at once, come back later, or end. What is created ends with whoever creates it. */
export type AlertStep = { readonly outcome: 'Go'; readonly state: AlertState } | Later | Failed | Canceled;

/** The first state of an alert. The clock of the search starts when it is first carried, not while the tenant is suspended. */
export function startAlert(nowMs: number): AlertState {
  return { at: 'FindingMachine', startedAtMs: nowMs };
}

/** The machine that an event is of: a given one stays the named record's, also when that was merged into another since. */
export function eventMachineId(
  { machine, event }: { readonly machine: AlertMachine; readonly event: Pick<AlertEvent, 'matchedBy'> },
  alert: Pick<AlertCreated, 'machine'>,
): string {
  return (event.matchedBy === 'Given' ? alert.machine.id : undefined) ?? machine.id;
}
