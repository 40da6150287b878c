import type { AlertLinks } from '../../../shared/alerts/alert-links.store.ts';
import type { AlertTriage } from '../../../shared/alerts/alert-triage.client.ts';
import { parseDurationMs } from '../../../shared/contract/primitives.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import { isLeaving } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { CarriedOperation, Carry, CarryOutcome, CarryTools } from '../../../shared/work/carry.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { createFindAlert } from './find-alert.client.ts';
import { endUpdate, nextUpdateStep } from './next-update-step.ts';
import type { UpdateFacts, UpdateState, UpdateStep } from './next-update-step.ts';
import { toUpdate } from '../read-alert.ts';
import { createIsItsTurn } from './update-turns.client.ts';

/** What carrying updates needs. */
export interface CarryAlertUpdateOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly links: Pick<AlertLinks, 'byId' | 'recordWritten'>;
  readonly triage: AlertTriage;
  /** Asked when something is carried: carries are made before the engine. */
  readonly work: () => Pick<Work, 'holderOf' | 'list'>;
}

/** A call to Defender may take so long; nobody else may take the operation over meanwhile. */
const callMs = 30_000;

/** Makes the carry of operations of kind `AlertUpdate`: the alert is found, read, and written to once. */
export function createCarryAlertUpdate(options: CarryAlertUpdateOptions): Carry {
  const { tenants, links, triage, work } = options;
  const findAlert = createFindAlert({ links, work: { holderOf: (...given) => work().holderOf(...given) } });
  const isItsTurn = createIsItsTurn({ list: (...given) => work().list(...given) });
  return async (carried, tools) => {
    const state = (carried.state as UpdateState | undefined) ?? { at: 'Waiting' };
    const tenant = (await tenants.get(carried.operation.tenantId))?.document;
    if (tenant === undefined || (isLeaving(tenant) && state.at === 'Waiting')) return disconnected();
    const facts = toFacts(carried, tools, tenant);
    const early = endUpdate(state, facts);
    if (early !== undefined) return early;
    const { id } = facts.update;
    const submitWithinMs = parseDurationMs(tenant.policy.alerts.submitWithin);
    const step = nextUpdateStep(
      state,
      {
        ...{ news: 'Found', alert: await findAlert(tenant.tenantId, id) },
        isItsTurn: state.at === 'Sending' || (await isItsTurn(carried.operation, { id, submitWithinMs })),
      },
      facts,
    );
    if (step.outcome !== 'Read') return toOutcome(step);
    const { made } = step;
    const { alert, upstream } = await triage[made.via].getAlert(tenant, made.alertId);
    const next = nextUpdateStep(state, { news: 'Read', made, alert }, facts);
    if (next.outcome === 'Send') return send(options, tenant, { step: next, from: state, tools });
    return { ...toOutcome(next), upstream: { ...upstream, alertId: made.alertId } };
  };
}

/** Writes to the alert, once: from the intent on, whoever comes next looks first. */
async function send(
  { links, triage }: CarryAlertUpdateOptions,
  tenant: TenantRecord,
  {
    step,
    from,
    tools,
  }: {
    readonly step: Extract<UpdateStep, { outcome: 'Send' }>;
    readonly from: UpdateState;
    readonly tools: CarryTools;
  },
): Promise<CarryOutcome> {
  const { made, body, state } = step;
  const { alertId } = made;
  const { comment: _comment, ...written } = body;
  if (tools.leaseLeftMs() < callMs) await tools.renewLease();
  await links.recordWritten(tenant.tenantId, alertId, written);
  await tools.saveIntent(state, { stage: 'Submitting', result: { alertId } });
  try {
    const { alert, upstream } = await triage[made.via].updateAlert(tenant, { alertId, body });
    await links.recordWritten(tenant.tenantId, alertId, written);
    if (alert !== undefined) return { outcome: 'Done', result: { alertId }, upstream: { ...upstream, alertId } };
    const message = 'Defender does not know the alert any more.';
    return { outcome: 'Failed', error: { code: 'alert_not_found', message }, upstream };
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable) || !error.throttled) throw error;
    // A limit said so: nothing was written, and the intent is given back.
    const dueAtMs = tools.now() + Math.max(1, error.retryAfterMs);
    return { outcome: 'Later', dueAtMs, stage: 'Submitting', state: from, upstream: error.upstream };
  }
}

function toOutcome(step: UpdateStep): CarryOutcome {
  if (step.outcome === 'Read' || step.outcome === 'Send') throw new Error(`${step.outcome} is not an end.`);
  return step;
}

function toFacts(
  { request, operation }: CarriedOperation,
  { isCancelRequested, isLate, now }: CarryTools,
  tenant: TenantRecord,
): UpdateFacts {
  const { mode } = tenant.policy.alerts;
  const update = toUpdate(request);
  return { operationId: operation.id, update, mode, nowMs: now(), isCancelRequested, isLate };
}

function disconnected(): CarryOutcome {
  const message = 'The tenant was disconnected before the alert was updated.';
  return { outcome: 'Canceled', error: { code: 'superseded', message } };
}
