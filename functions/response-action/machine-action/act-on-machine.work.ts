import { toActionOperation } from '../../../shared/actions/action-operation.ts';
import type { DefenderMachineActions } from '../../../shared/defender/machine-actions.client.ts';
import { UpstreamRefused, UpstreamUnavailable } from '../../../shared/errors.ts';
import type { CarryOutcome, CarryTools } from '../../../shared/work/carry.ts';
import { toOperationError } from '../../../shared/work/next-attempt.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { refusedByPolicy } from '../action-outcomes.ts';
import type { ActionContext } from '../carry-context.ts';
import { rowOf } from '../catalogue.ts';
import { isIsolation, isolationsRule } from '../guard/isolation-window.ts';
import type { Isolations } from '../guard/isolations.store.ts';
import { toActionResult, withResult } from './machine-action-outcomes.ts';
import type { MachineActionFacts, MachineActionNews, MachineActionStep } from './machine-action-state.ts';
import { toComment } from '../to-comment.ts';
import { toRelease } from './to-release.ts';

/** What acting on machines needs. */
export interface ActOptions {
  readonly machineActions: Pick<DefenderMachineActions, 'submit' | 'get' | 'cancel'>;
  readonly isolations: Pick<Isolations, 'take'>;
  readonly accept: Work['accept'];
}

/** A step that changes something. */
export type ActStep = Extract<MachineActionStep, { do: 'Send' | 'Cancel' | 'Release' }>;

/** What is at hand in such a step. */
export interface ActContext extends Pick<ActionContext, 'operation' | 'tenant' | 'action'> {
  readonly facts: MachineActionFacts;
  readonly tools: CarryTools;
}

/** What acting gave: news to decide by, with the ids of Microsoft's answer, or the end of the step. */
export type Acted =
  | { readonly news: MachineActionNews; readonly upstream?: CarryOutcome['upstream'] }
  | { readonly outcome: CarryOutcome };

/** A call to Defender may take so long, after two writes to storage; nobody else may take the operation over meanwhile. */
const callMs = 30_000;
const intentMs = 60_000;

/** Does what a step says: each call only after its intent was written, so that whoever comes next looks before it is repeated. */
export async function act(step: ActStep, context: ActContext, options: ActOptions): Promise<Acted> {
  switch (step.do) {
    case 'Send':
      return send(step, context, options);
    case 'Cancel':
      return cancel(step, context, options);
    case 'Release':
      return { outcome: await release(step, context, options) };
  }
}

async function send(
  { prepared, state, call }: Extract<ActStep, { do: 'Send' }>,
  { operation, tenant, action, facts, tools }: ActContext,
  { machineActions, isolations }: ActOptions,
): Promise<Acted> {
  const { maxIsolationsPerHour } = tenant.policy.actions;
  if (isIsolation(action.data) && !(await isolations.take(tenant.tenantId, operation.id, maxIsolationsPerHour))) {
    const refusal = refusedByPolicy(action.data.action, isolationsRule);
    return { outcome: withResult(refusal, prepared.from, facts) };
  }
  const result = toActionResult(state, facts);
  await intend(tools, () => tools.saveIntent(state, { stage: 'Submitting', result }));
  const { limit, roles } = rowOf(action.data);
  try {
    const sent = await machineActions.submit(tenant, { ...call, limit, role: roles[0] ?? 'Machine.Read.All' });
    return { news: { news: 'Sent', state, action: sent.action }, upstream: sent.upstream };
  } catch (error) {
    if (error instanceof UpstreamRefused) {
      const { status, upstream } = error;
      return { news: { news: 'Refused', state, error: toOperationError(error), status }, upstream };
    }
    if (!(error instanceof UpstreamUnavailable) || !error.throttled) throw error;
    const { retryAfterMs, upstream } = error;
    return { news: { news: 'Throttled', state, retryAfterMs }, upstream };
  }
}

/** Asks for the end of a machine action of ours. What Defender refuses to cancel has ended, or is about to: the next look tells. */
async function cancel(
  { state }: Extract<ActStep, { do: 'Cancel' }>,
  { operation, tenant, action, facts, tools }: ActContext,
  { machineActions }: ActOptions,
): Promise<Acted> {
  const { machineActionId: id } = state;
  const result = toActionResult(state, facts);
  await intend(tools, () => tools.saveIntent(state, { stage: 'Canceling', result }));
  const [role = 'Machine.Read.All'] = rowOf(action.data).roles;
  const comment = toComment({ comment: action.data.comment, operationId: operation.id });
  const answered = { ...state, cancel: 'Answered' } as const;
  try {
    const { action: canceled, upstream } = await machineActions.cancel(tenant, { id, comment, role });
    return { news: { news: 'Action', state: answered, action: canceled }, upstream };
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error;
    return { news: { news: 'Action', state: answered, action: await machineActions.get(tenant, id) } };
  }
}

/** Put down before the action is called done: a crash between the two makes the same release once more. */
async function release(
  { state, afterMs, outcome }: Extract<ActStep, { do: 'Release' }>,
  { operation, action: { data }, facts }: ActContext,
  { accept }: ActOptions,
): Promise<CarryOutcome> {
  const { machine, machineActionId } = state;
  const order = toRelease({ operation, data, machine, machineActionId, dueAtMs: facts.nowMs + afterMs });
  const accepted = await accept(toActionOperation(order));
  if (!('operation' in accepted)) throw new Error(`The release was not accepted: ${accepted.outcome}.`);
  return { ...outcome, result: { ...outcome.result, reversal: accepted.operation.id } };
}

async function intend(tools: CarryTools, saveIntent: () => Promise<void>): Promise<void> {
  if (tools.leaseLeftMs() < intentMs) await tools.renewLease();
  await saveIntent();
  if (tools.leaseLeftMs() < callMs) await tools.renewLease();
}
