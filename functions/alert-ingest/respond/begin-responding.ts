import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import type { CarryOutcome } from '../../../shared/work/carry.ts';
import { toAlertResult, toOutcome } from '../alert-outcome.ts';
import type { AlertFacts, AlertState } from '../alert-state.ts';
import { planResponses } from './plan-responses.ts';

/** The states that an alert can leave as made. */
export type LeavingState = Extract<AlertState, { at: 'Creating' | 'CreatingInGraph' | 'Looking' }>;

/** What the plan is made of. */
export interface RespondingFacts extends Pick<AlertFacts, 'alert' | 'nowMs'> {
  readonly policy: Pick<TenantPolicy['alerts'], 'responses'>;
  readonly operationId: string;
}

/**
 * What comes after an alert was made: its responses, when the tenant asks for any, in a state of their own. What is to be started is
 * decided now and kept, so that repeating it after a crash gives the same. Any other outcome, and an alert that was only observed,
 * stays as it is.
 */
export function beginResponding(outcome: CarryOutcome, left: LeavingState, facts: RespondingFacts): CarryOutcome {
  const { alertId, merged = false } = (outcome.outcome === 'Done' ? outcome.result : undefined) ?? {};
  if (alertId === undefined) return outcome;
  const { alert, policy, operationId, nowMs } = facts;
  const { startedAtMs, machine } = left;
  const plan = planResponses(alert, policy.responses, { operationId, machine });
  if (plan.actions.length === 0 && (plan.blocks?.blocks.length ?? 0) === 0) return outcome;
  const event = 'event' in left ? left.event : undefined;
  const madeAtMs = left.at === 'Looking' ? (left.intentAtMs ?? nowMs) : nowMs;
  const state: AlertState = { at: 'Responding', startedAtMs, machine, event, alertId, merged, madeAtMs, plan };
  const next = toOutcome({ outcome: 'Go', state }, nowMs);
  const { upstream } = outcome;
  return { ...next, ...(upstream === undefined ? {} : { upstream }), result: toAlertResult(state) };
}
