import { parseTimeMs } from '../../../shared/contract/primitives.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { DirectIndicators } from '../../../shared/indicators/direct/direct-indicators.ts';
import type { CarryOutcome, CarryTools } from '../../../shared/work/carry.ts';
import { failed, refusedByPolicy } from '../action-outcomes.ts';
import { authorizeAction } from '../guard/authorize-action.ts';
import { approvalRecheckMs } from '../carry-context.ts';
import type { ActionContext, CarryActionKind } from '../carry-context.ts';
import { toIndicatorCall, toIndicatorOrder, toIndicatorResult } from './indicator-order.ts';
import type { IndicatorOrder } from './indicator-order.ts';
import { failureOf, isReached, isThrough, overtaken, refusalOf } from './next-indicator-step.ts';

/** The sync runs elsewhere, or waits for its turn at Defender: looked at again after this. */
const lookAgainMs = 10_000;

/**
 * Makes the carry of `SubmitIndicator` and `DeleteIndicator`. It writes nothing to Defender itself: it notes durably what is asked for, has
 * the tenant's sync run, and ends when that shows the value as asked for, or says why it does not. Every step can be repeated.
 */
export function createCarryIndicator(indicators: DirectIndicators): CarryActionKind {
  return async (context, tools) => {
    const { operation, action, approvedBy, state } = context;
    const askedAtMs = parseTimeMs(operation.createdAt);
    const order = toIndicatorOrder(action.data, { operationId: operation.id, askedAtMs, approvedBy });
    const step: Step = { indicators, context, tools, order };
    if (state === undefined) {
      const early = await beforeAsking(step);
      if (early !== undefined) return early;
      await tools.saveIntent({ isNoted: false }, { stage: 'Applying', result: toIndicatorResult(order) });
    }
    return carryOn(step).catch((error: unknown) => waited(error, tools));
  };
}

/**
 * What is noted must not be left behind by an operation that ran out of attempts: an outage is none, and the time to reach Defender ends it.
 */
function waited(error: unknown, { now }: CarryTools): CarryOutcome {
  if (!(error instanceof UpstreamUnavailable)) throw error;
  return { outcome: 'Later', dueAtMs: now() + Math.max(lookAgainMs, error.retryAfterMs), stage: 'Applying' };
}

interface Step {
  readonly indicators: DirectIndicators;
  readonly context: ActionContext;
  readonly tools: CarryTools;
  readonly order: IndicatorOrder;
}

/** What ends or holds an action of which nothing is noted yet; `undefined`: go on. */
async function beforeAsking(step: Step): Promise<CarryOutcome | undefined> {
  const { context, tools, order } = step;
  const { tenant, action, approvedBy } = context;
  const result = toIndicatorResult(order);
  const early = tools.isCancelRequested || tools.isLate ? givenUp(step) : undefined;
  if (early !== undefined) return early;
  const authorization = authorizeAction(tenant.policy, action);
  if (!authorization.allowed) return { ...refusedByPolicy(order.action, authorization.rule), result };
  if (isObserving(step)) return observed(step);
  if (!authorization.needsApproval || approvedBy !== undefined) return undefined;
  return { outcome: 'Later', dueAtMs: tools.now() + approvalRecheckMs, stage: 'AwaitingApproval', result };
}

async function carryOn(step: Step): Promise<CarryOutcome> {
  const { indicators, context, tools, order } = step;
  const { tenant, operation } = context;
  const look = () => indicators.standing(tenant, order.identity);
  const isOver = tools.isCancelRequested || tools.isLate || isObserving(step);
  if (!isOver && !isNoted(context.state)) await note(step);
  const records = await indicators.rows.find(tenant.tenantId, order.identity);
  const other = overtaken(order, records, { operationId: operation.id, nowMs: tools.now() });
  const before = await look();
  if (other === undefined && isReached(order, before)) return done(step, before);
  if (isOver) return takeBack(step, isObserving(step) ? await observed(step) : givenUp(step));
  if (other !== undefined) return takeBack(step, other);

  await tools.renewLease();
  const sync = await indicators.sync(tenant.tenantId);
  const after = await look();
  if (isReached(order, after)) return done(step, after);
  const failure = failureOf(sync) ?? (isThrough(sync) ? refusalOf(order, after, tenant) : undefined);
  if (failure !== undefined) return takeBack(step, failure);
  return { outcome: 'Later', dueAtMs: tools.now() + lookAgainMs, stage: 'Applying', state: { isNoted: true } };
}

/** Says what is asked for, where the sync sees it. Repeating it changes nothing, and never what somebody asked for later. */
async function note({ indicators: { rows }, context, order: { identity, row } }: Step): Promise<void> {
  const { id: operationId, tenantId, createdAt: askedAt } = context.operation;
  const proposal = { ...identity, operationId, askedAt };
  if (row === undefined) await rows.proposeRemoval(tenantId, proposal);
  else await rows.propose(tenantId, { ...proposal, source: row.source, row });
}

function isNoted(state: unknown): boolean {
  return typeof state === 'object' && state !== null && Reflect.get(state, 'isNoted') === true;
}

async function done({ indicators, context, order }: Step, standing: Parameters<typeof isReached>[1]) {
  await indicators.rows.settle(context.operation.tenantId, order.identity, context.operation.id);
  return { outcome: 'Done', result: toIndicatorResult(order, standing) } as const;
}

/** What was noted holds no more: the sync takes out at its next run what may be there all the same. */
async function takeBack<Outcome extends CarryOutcome>({ indicators, context, order }: Step, outcome: Outcome) {
  await indicators.rows.takeBack(context.operation.tenantId, order.identity, context.operation.id);
  return { result: toIndicatorResult(order), ...outcome };
}

function givenUp({ tools, order }: Step): CarryOutcome {
  const result = toIndicatorResult(order);
  if (tools.isCancelRequested) return { outcome: 'Canceled', result };
  return { ...failed('expired', 'The time to reach Defender was over.'), result };
}

function isObserving({ context }: Step): boolean {
  return context.tenant.policy.actions.mode === 'Observe';
}

async function observed({ indicators, context: { tenant }, order }: Step): Promise<CarryOutcome> {
  const standing = await indicators.standing(tenant, order.identity);
  const request = toIndicatorCall(order, standing, tenant.policy.indicators.rbacGroupNames);
  const result = { ...toIndicatorResult(order), observed: true, ...(request === undefined ? {} : { request }) };
  return { outcome: 'Done', result };
}
