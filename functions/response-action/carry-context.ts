import type { StoredAction } from '../../shared/actions/action-operation.ts';
import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarryOutcome, CarryTools } from '../../shared/work/carry.ts';
import type { MachineFacts } from './machine-facts.ts';

/** Name of the signal by which an approval reaches an action. */
export const approvalSignal = 'approval';

/** An approval comes as a signal, or never: the engine ends what is not sent in time. */
export const approvalRecheckMs = 30 * 24 * 60 * 60 * 1000;

/** What may have been sent before is no longer ended by the engine when its time is over: it looks itself. */
export const retriedRecheckMs = 60 * 60 * 1000;

/** What is at hand when an action is carried one step further. */
export interface ActionContext {
  readonly operation: Operation;
  readonly tenant: TenantRecord;
  readonly action: StoredAction;
  /** What the kind's own carry kept for itself; `undefined` before its first step. */
  readonly state: unknown;
  /** Who approved it, once somebody did. */
  readonly approvedBy: string | undefined;
}

/** Carries the actions of one kind of the catalogue. */
export type CarryActionKind = (context: ActionContext, tools: CarryTools) => Promise<CarryOutcome>;

/** What an action would do: the call, or what Defender cannot find. `facts`: by which the policy is asked about the machine. */
export type ActionPreview = Pick<DryRunAnswer, 'machine'> & { readonly facts?: MachineFacts } & (
    Required<Pick<DryRunAnswer, 'request'>> | Required<Pick<DryRunAnswer, 'error'>>
  );

/** Tells what an action of one kind would do; nothing is written. Throws what `Defender.request` throws. */
export type PreviewActionKind = (question: Pick<ActionContext, 'tenant' | 'action'>) => Promise<ActionPreview>;

/** The one who approved, of the signal's value. */
export function approverOf(signals: Readonly<Record<string, unknown>>): string | undefined {
  const signal = signals[approvalSignal];
  if (typeof signal !== 'object' || signal === null) return undefined;
  const approvedBy: unknown = Reflect.get(signal, 'approvedBy');
  return typeof approvedBy === 'string' ? approvedBy : undefined;
}
