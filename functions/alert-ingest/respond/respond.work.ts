import { parseDurationMs } from '../../../shared/contract/primitives.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import type { BlockEvidence } from '../../../shared/indicators/direct/block-evidence.store.ts';
import { isLeaving } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { NewOperation } from '../../../shared/work/new-operation.ts';
import type { CarryOutcome, CarryTools, Later } from '../../../shared/work/carry.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { toAlertResult } from '../alert-outcome.ts';
import type { AlertFacts, AlertState } from '../alert-state.ts';
import { toResponseOperation } from './to-response-operation.ts';

/** What starts an alert's responses. */
export interface RespondOptions {
  readonly work: () => Pick<Work, 'accept' | 'recall'>;
  readonly blockEvidence: BlockEvidence;
}

/** What is at hand when an alert that was made is responded to. */
export interface RespondContext {
  readonly tenant: TenantRecord;
  readonly facts: Pick<AlertFacts, 'alert' | 'isCancelRequested'>;
  readonly operationId: string;
  /** Of the alert. */
  readonly callerId: string | undefined;
}

type Responding = Extract<AlertState, { at: 'Responding' }>;

/** Starts what was planned, and ends the alert's operation. Every part of it can be repeated. */
export type Respond = (state: Responding, context: RespondContext, tools: CarryTools) => Promise<CarryOutcome>;

/** A call to storage, with what it repeats by itself, takes no longer. */
const callMs = 30_000;

/** When storage does not answer. */
const againMs = 60_000;

/**
 * Makes it. How a response fares is its own operation's business. The alert is in Defender already, so storage that does not answer is
 * waited for, and no attempt: attempts would end the alert as failed.
 */
export function createRespond({ work, blockEvidence }: RespondOptions): Respond {
  return async (state, context, tools) => {
    try {
      const ids = await startActions(work(), { state, context, tools });
      if (startsMore(context)) await block(blockEvidence, { state, context, tools });
      const responses = ids.length === 0 ? {} : { responses: ids };
      return { outcome: 'Done', result: { ...toAlertResult(state), ...responses } };
    } catch (error) {
      if (!(error instanceof UpstreamUnavailable)) throw error;
      return later(state, tools.now() + Math.max(againMs, error.retryAfterMs));
    }
  };
}

interface Responses {
  readonly state: Responding;
  readonly context: RespondContext;
  readonly tools: CarryTools;
}

/** Whether anything is started that was not before a crash: nobody said no since the alert was made. */
function startsMore({ tenant, facts }: RespondContext): boolean {
  return tenant.policy.alerts.mode === 'Live' && !isLeaving(tenant) && !facts.isCancelRequested;
}

/** The ids of the actions' operations. */
async function startActions(
  { accept, recall }: ReturnType<RespondOptions['work']>,
  { state, context, tools }: Responses,
): Promise<readonly string[]> {
  const { tenant, callerId } = context;
  const { machine, madeAtMs, plan } = state;
  const submitByMs = madeAtMs + parseDurationMs(tenant.policy.actions.submitWithin);
  const start = async (operation: NewOperation) => (startsMore(context) ? accept(operation) : recall(operation));
  const ids: string[] = [];
  for (const planned of plan.actions) {
    if (tools.leaseLeftMs() < callMs) await tools.renewLease();
    const to = { tenantId: tenant.tenantId, callerId, machine: { id: machine.id }, submitByMs };
    const started = await start(toResponseOperation(planned, to));
    if (started === undefined) continue;
    if (!('operation' in started)) throw new Error(`A response was not accepted: ${started.outcome}.`);
    ids.push(started.operation.id);
  }
  return ids;
}

/** For the time that is left: it began when the alert was made. */
async function block(blockEvidence: BlockEvidence, { state, context, tools }: Responses): Promise<void> {
  const { blocks } = state.plan;
  if (blocks === undefined) return;
  const forMs = state.madeAtMs + blocks.forMs - tools.now();
  if (forMs <= 0) return;
  if (tools.leaseLeftMs() < callMs) await tools.renewLease();
  const { title, severity } = context.facts.alert;
  await blockEvidence(context.tenant, { ...blocks, forMs }, { operationId: context.operationId, title, severity });
}

function later(state: Responding, dueAtMs: number): Later {
  return {
    outcome: 'Later',
    dueAtMs,
    stage: 'Applying',
    state,
    result: toAlertResult(state),
    hasReachedDefender: true,
  };
}
