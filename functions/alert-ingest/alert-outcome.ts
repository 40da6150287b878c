import type { OperationResult } from '../../shared/contract/operation-result.ts';
import type { Canceled, CarryOutcome } from '../../shared/work/carry.ts';
import type { AlertState, AlertStep } from './alert-state.ts';

/** What the engine is told of a step: going on is coming back at once, with what is known by then. */
export function toOutcome(step: AlertStep, nowMs: number): CarryOutcome {
  if (step.outcome !== 'Go') return step;
  const { state } = step;
  const reached = state.at === 'Responding' ? { hasReachedDefender: true } : {};
  return { outcome: 'Later', dueAtMs: nowMs, stage: toStage(state), state, result: toAlertResult(state), ...reached };
}

/** What an alert's operation tells of it so far. */
export function toAlertResult(state: AlertState): OperationResult {
  return {
    ...('machine' in state ? { machine: state.machine } : {}),
    ...('event' in state && state.event !== undefined ? { event: state.event } : {}),
    ...(state.at === 'Responding' ? { alertId: state.alertId, merged: state.merged } : {}),
  };
}

/** The tenant left before the alert was made. */
export function disconnected(): Canceled {
  const message = 'The tenant was disconnected before the alert was made.';
  return { outcome: 'Canceled', error: { code: 'superseded', message } };
}

function toStage({ at }: AlertState): 'FindingMachine' | 'FindingEvent' | 'Creating' | 'Applying' {
  if (at === 'Responding') return 'Applying';
  return at === 'FindingMachine' || at === 'FindingEvent' ? at : 'Creating';
}
