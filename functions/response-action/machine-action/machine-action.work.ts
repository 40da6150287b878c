import { UpstreamRefused, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { CarryTools, Later, Progress } from '../../../shared/work/carry.ts';
import { withUpstream } from '../action-outcomes.ts';
import { act } from './act-on-machine.work.ts';
import type { ActOptions, ActStep } from './act-on-machine.work.ts';
import { askDefender } from './ask-machine-action.client.ts';
import type { AskOptions, AskStep } from './ask-machine-action.client.ts';
import type { ActionContext, CarryActionKind } from '../carry-context.ts';
import { nextFollowAtMs } from './follow-schedule.ts';
import type { MachineActionFacts, MachineActionState } from './machine-action-state.ts';
import { nextMachineActionStep } from './next-machine-action-step.ts';

/** What carrying Defender's nine needs. */
export interface CarryMachineActionOptions extends AskOptions, ActOptions {
  readonly machineActions: AskOptions['machineActions'] & ActOptions['machineActions'];
  /** Our application's id. */
  readonly clientId: string;
}

/**
 * Makes the carry of Defender's nine machine actions. Everything that decides whether one is sent is asked in the step that
 * sends it; from its intent on, whoever comes next looks first; then it is followed until Defender says how it ended.
 */
export function createCarryMachineAction(options: CarryMachineActionOptions): CarryActionKind {
  return async (context, tools) => {
    const facts = toFacts(context, tools, options.clientId);
    const state = (context.state as MachineActionState | undefined) ?? { at: 'Preparing' };
    const { isCancelRequested } = tools;
    const asked = { tenant: context.tenant, data: context.action.data, clientId: options.clientId, isCancelRequested };
    let upstream: NonNullable<Progress['upstream']> = {};
    let step = nextMachineActionStep({ news: 'Begin', state }, facts);
    for (;;) {
      if (step.do === 'End') return withUpstream(step.outcome, upstream, context.operation);
      if (isAct(step)) {
        const acted = await act(step, { ...context, facts, tools }, options);
        if ('outcome' in acted) return acted.outcome;
        upstream = acted.upstream ?? {};
        step = nextMachineActionStep(acted.news, facts);
      } else {
        const asking = step;
        try {
          step = nextMachineActionStep(await askDefender(asking, asked, options), facts);
        } catch (error) {
          return afterSilence(asking, error, context, facts.nowMs);
        }
      }
    }
  };
}

/**
 * That Defender cannot be asked, or will not say, ends nothing that it has already, and no release: it is asked again, as long
 * as it takes.
 */
function afterSilence(asking: AskStep, error: unknown, { operation, action }: ActionContext, nowMs: number): Later {
  const asked = 'state' in asking ? asking.state : asking.prepared.from;
  const isRefused = error instanceof UpstreamRefused;
  const isFollowed = asked.at === 'Following' && (isRefused || error instanceof UpstreamUnavailable);
  if (!isFollowed && !(isRefused && action.reverses !== undefined)) throw error;
  const state = asked.at === 'Preparing' ? { ...asked, waitingSinceMs: asked.waitingSinceMs ?? nowMs } : asked;
  const dueAtMs = Math.max(
    nextFollowAtMs(sinceOf(state) ?? nowMs, nowMs),
    nowMs + (isRefused ? 0 : error.retryAfterMs),
  );
  const known = {
    stage: operation.stage ?? 'Submitting',
    state,
    upstream: { ...operation.upstream, ...error.upstream },
  };
  return { outcome: 'Later', dueAtMs, ...known, ...(isFollowed ? { hasReachedDefender: true } : {}) };
}

function sinceOf(state: MachineActionState): number | undefined {
  switch (state.at) {
    case 'Preparing':
    case 'Sending':
      return state.waitingSinceMs;
    case 'CancelingOurs':
      return undefined;
    case 'Following':
      return state.submittedAtMs;
  }
}

function isAct(step: AskStep | ActStep): step is ActStep {
  return step.do === 'Send' || step.do === 'Cancel' || step.do === 'Release';
}

function toFacts(
  { operation, action, tenant, approvedBy }: ActionContext,
  { isCancelRequested, isLate, now }: CarryTools,
  clientId: string,
): MachineActionFacts {
  const { policy } = tenant;
  return { operation, action, policy, clientId, approvedBy, isCancelRequested, isLate, nowMs: now() };
}
