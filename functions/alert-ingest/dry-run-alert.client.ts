import type { AlertCreated } from '../../shared/contract/alert.ts';
import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import type { OperationError } from '../../shared/contract/operation.ts';
import { RejectedInput, UpstreamRefused } from '../../shared/errors.ts';
import { toTenantStatus } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { toOperationError } from '../../shared/work/next-attempt.ts';
import { toAlertResult } from './alert-outcome.ts';
import { eventMachineId, startAlert } from './alert-state.ts';
import type { AlertState, AlertStep } from './alert-state.ts';
import type { MakingState } from './make-once.work.ts';
import { nextAlertStep } from './next-alert-step.ts';
import { isSearch } from './search-defender.client.ts';
import type { SearchDefender } from './search-defender.client.ts';
import { toDefenderAlert } from './to-defender-alert.ts';
import { toGraphAlert } from './to-graph-alert.ts';

/** What a dry run is about. */
export interface DryRunQuestion {
  readonly tenant: TenantRecord;
  readonly alert: AlertCreated;
  readonly policy: DryRunAnswer['policy'];
  readonly displayName: string;
  readonly nowMs: number;
}

/**
 * What an alert would do: machine and event are searched once, nothing is written. Throws `RejectedInput` `wrong_state` when
 * the tenant cannot be asked.
 */
export async function dryRunAlert(search: SearchDefender, question: DryRunQuestion): Promise<DryRunAnswer> {
  const status = toTenantStatus(question.tenant);
  if (status !== 'Connected') throw new RejectedInput('wrong_state', `The tenant is ${status}: nothing can be asked.`);
  let state = startAlert(question.nowMs);
  try {
    while (isSearch(state)) {
      const { tenant, alert } = question;
      const step = toStep(state, await search(tenant, { state, alert }), question);
      if (step.outcome !== 'Go') return toAnswer(question, state, { error: errorOf(step) });
      state = step.state;
    }
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error;
    return toAnswer(question, state, { error: toOperationError(error) });
  }
  if (state.at === 'Looking' || state.at === 'Responding') throw new Error('A dry run makes nothing.');
  return toAnswer(question, state, { request: toRequest(question, state) });
}

/** There is no later in a dry run: what is not found now is not found. */
function toStep(state: AlertState, news: Parameters<typeof nextAlertStep>[1], question: DryRunQuestion): AlertStep {
  const { tenant, alert, nowMs } = question;
  const policy = { ...tenant.policy.alerts, searchFor: 'PT0S' };
  return nextAlertStep(state, news, { alert, policy, nowMs, isCancelRequested: false, isLate: false });
}

function errorOf(step: AlertStep): OperationError {
  if ('error' in step && step.error !== undefined) return step.error;
  throw new Error(`A dry run does not end ${step.outcome}.`);
}

function toAnswer(
  { policy }: DryRunQuestion,
  state: AlertState,
  end: Pick<DryRunAnswer, 'request' | 'error'>,
): DryRunAnswer {
  const { machine, event } = toAlertResult(state);
  return {
    dryRun: true,
    ...(machine === undefined ? {} : { machine }),
    ...(event === undefined ? {} : { event }),
    policy,
    ...end,
  };
}

function toRequest({ tenant, alert, displayName }: DryRunQuestion, state: MakingState) {
  const { onSameTitle } = tenant.policy.alerts;
  const parts = { alert, operationId: undefined, displayName, onSameTitle };
  if (state.at === 'CreatingInGraph') return toGraphAlert({ ...parts, machineId: state.machine.id });
  return toDefenderAlert({ ...parts, machineId: eventMachineId(state, alert), event: state.event });
}
