import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { InvocationContext } from '@azure/functions';
import type { Timer, TimerHandler } from '@azure/functions';
import { endSync } from '../../functions/indicator-sync/end-sync.work.ts';
import { createFindStanding } from '../../functions/indicator-sync/answers/find-standing.client.ts';
import { createFeedRuns } from '../../functions/indicator-sync/feeds/feed-runs.client.ts';
import type { AcceptedItem, FeedState } from '../../functions/indicator-sync/feeds/feed-version.ts';
import { createFeedVersions } from '../../functions/indicator-sync/feeds/feed-versions.store.ts';
import { createPlanTenant } from '../../functions/indicator-sync/plan/plan-tenant.client.ts';
import { createRefreshFeeds } from '../../functions/indicator-sync/refresh-feeds.timer.ts';
import { createRemoveTenant } from '../../functions/indicator-sync/remove-tenant.work.ts';
import { createReadSource } from '../../functions/indicator-sync/feeds/sources/read-source.client.ts';
import { createSyncInputs } from '../../functions/indicator-sync/plan/sync-inputs.client.ts';
import { createSyncStates } from '../../functions/indicator-sync/plan/sync-states.store.ts';
import { syncNow } from '../../functions/indicator-sync/sync-now.work.ts';
import { createSyncTenants } from '../../functions/indicator-sync/sync-tenants.timer.ts';
import { createSyncCarry } from '../../functions/indicator-sync/sync.work.ts';
import { toSyncOperation } from '../../functions/indicator-sync/to-sync-operation.ts';
import { createCarryAction } from '../../functions/response-action/action.work.ts';
import { createCarryIndicator } from '../../functions/response-action/indicator/indicator-action.work.ts';
import type { FeedInput, FeedReject } from '../../shared/contract/feed.ts';
import { feedInputSchema } from '../../shared/contract/feed.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { createDefenderIndicators } from '../../shared/defender/indicators.client.ts';
import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import { createEgress } from '../../shared/egress/egress.client.ts';
import { closing } from '../../shared/indicators/direct/close-direct.store.ts';
import { createDirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import { createLedgers } from '../../shared/indicators/ledger/ledger.store.ts';
import type { DirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import type { Ledgers } from '../../shared/indicators/ledger/ledger.store.ts';
import { createLog } from '../../shared/log.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createSuspendTenant, createTenantGate, suspending } from '../../shared/registry/tenant-gate.store.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Work } from '../../shared/work/work.store.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { startHttpServer } from './http-server.ts';
import { defenderAt, world } from './microsoft.ts';
import { tenantsWith } from './tenants.ts';

const ids: Readonly<Record<'tenantId' | 'otherTenantId' | 'clientId', string>> = world;
export const { tenantId, otherTenantId, clientId } = ids;

/** Of partner.json. */
export const ownNames: readonly string[] = ['contoso.example'];

/** What a test puts between the scenario and its stores, or Defender. */
export interface InstanceChanges {
  readonly ledgers?: (real: Ledgers) => Ledgers;
  readonly indicators?: (real: DefenderIndicators) => DefenderIndicators;
  readonly direct?: (real: DirectRows) => DirectRows;
}

export type Instance = Awaited<ReturnType<typeof openInstance>>;

/** The scenario as one process has it, over these tables and the simulator: its caches are its own, time is the simulator's. */
export async function openInstance(simulator: Simulator, tables: Tables, changes: InstanceChanges = {}) {
  const { ledgers: changeLedgers = same, indicators: changeIndicators = same, direct: changeDirect = same } = changes;
  const { clock } = simulator.control;
  const { now } = clock;
  const newId = randomUUID;
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), now);
  const tenants = await tenantsWith(tables);
  const feeds = createDocuments<FeedInput>({ tables, kind: 'feed', schema: feedInputSchema, newId });
  const versions = createFeedVersions<FeedState, AcceptedItem, FeedReject>(tables('feeds'), newId);
  const indicators = changeIndicators(createDefenderIndicators(defenderAt(simulator, tables)));
  const ledgers = changeLedgers(createLedgers(tables('ledger'), newId));
  const states = createSyncStates(tables('ledger'));
  const direct = changeDirect(createDirectRows(tables('ledger'), newId));
  const inputs = createSyncInputs({ feeds, versions });
  const planTenant = createPlanTenant({ inputs, ledgers, direct, states, indicators, appId: clientId, ownNames, now });
  const sync = createSyncCarry({
    ...{ tenants, planTenant, inputs, ledgers, states, indicators, ownNames },
    direct: closing(direct, (...asked) => work.readUngated(...asked)),
  });
  const removal = createRemoveTenant({
    ...{ tenants, planTenant, ledgers, direct, states, indicators },
    endSync: (id) => endSync(work, id),
  });
  const actions = createCarryAction({
    tenants,
    carryByKind: {
      Indicator: createCarryIndicator({
        rows: direct,
        sync: (id) => syncNow(work, id, newId()),
        standing: createFindStanding(planTenant),
      }),
    },
  });
  const suspend = createSuspendTenant({ tenants, tell: nobody, now, log });
  const work: Work = createWork({
    ...{ tables, now, newId, random: () => 0.5, log },
    carryOf: (kind) => (kind === 'TenantRemoval' ? removal : suspending(kind === 'Action' ? actions : sync, suspend)),
    gate: createTenantGate({ tenants, now }),
    wait: (ms) => Promise.resolve(clock.advance(ms)),
    callbacksOf: () => Promise.resolve([]),
    carryCallback: () => Promise.resolve({ outcome: 'Done' }),
  });
  const syncTenants = createSyncTenants({ tenants, inputs, states, direct, work, ownNames, newId, now, log });
  return {
    tables,
    tenants,
    feeds,
    versions,
    ownNames,
    indicators,
    ledgers,
    states,
    direct,
    inputs,
    planTenant,
    work,
    log,
    lines,
    now,
    syncTenants,
  };
}

/** Asks for a sync, carries what is due, and gives the operation as it stands then. */
export async function syncOnce({ work }: Pick<Instance, 'work'>, tenant = tenantId): Promise<Operation> {
  const accepted = await work.accept({
    ...toSyncOperation({ tenantId: tenant }, { id: randomUUID() }),
    isLeftToTimer: true,
  });
  if (!('operation' in accepted)) throw new Error(`Not accepted but ${accepted.outcome}.`);
  return carryOn({ work }, accepted.operation);
}

/** One pass of the lane; gives the operation as it stands then. */
export async function carryOn(
  { work }: Pick<Instance, 'work'>,
  { tenantId: tenant, id }: Operation,
): Promise<Operation> {
  await work.drain('sync', { budgetMs: 45_000 });
  const operation = await work.read(tenant, id);
  if (operation === undefined) throw new Error('The operation is gone.');
  return operation;
}

/** Calls a timer as the host does. */
export async function tick(timer: TimerHandler): Promise<void> {
  await timer({} as Timer, new InvocationContext({ functionName: 'underTest', logHandler: () => undefined }));
}

/** A body, or how to answer. */
export type FeedAnswer = string | Uint8Array | ((response: ServerResponse) => void);

/** An address where nobody listens: port 1 is reserved. */
export const nobodyListens = 'http://127.0.0.1:1';

/** A web server with feeds, read through the real way out; its documents are in the registry of the instance. */
export async function serveFeeds({ feeds, versions, ownNames, now, log }: Instance) {
  const bodies = new Map<string, FeedAnswer>();
  const server = await startHttpServer(({ url }, response) => {
    const body = bodies.get(url.slice(1));
    if (typeof body === 'function') body(response);
    else response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  const egress = createEgress({ allowedOrigins: [server.url, nobodyListens], now });
  const readSource = createReadSource({ egress, readSecret: () => Promise.resolve(undefined), now });
  const runs = createFeedRuns({ feeds, versions, readSource, ownNames, mostValues: Infinity, tell: nobody, now, log });
  const put = (feedId: string, document: object = {}, source: object = { kind: 'List', type: 'DomainName' }) => {
    const whole = {
      displayName: feedId,
      guard: noGrace,
      ...document,
      source: { url: `${server.url}/${feedId}`, ...source },
    };
    const input = feedInputSchema.parse(whole);
    return feeds.change(feedId, () => input);
  };
  return {
    ...{ url: server.url, requests: server.requests, readSource, runs, put },
    refreshFeeds: createRefreshFeeds({ feeds, runs, now, log }),
    /** What the server answers from now on; nothing: 404. */
    serve: (feedId: string, body: FeedAnswer | undefined) => {
      if (body === undefined) bodies.delete(feedId);
      else bodies.set(feedId, body);
    },
    /** The feed lists these values, and is read. */
    publish: async (feedId: string, values: readonly string[]) => {
      bodies.set(feedId, `# ${feedId}\n${values.join('\n')}\n`);
      await runs.refresh(feedId);
    },
  };
}

/** What is missing goes at once, however much it is. */
export const noGrace = { removeAfter: 'PT0S', maxShrinkPercent: 100 };

/** `n0.bad.example` … */
export function names(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => `n${i + from}.bad.example`);
}

const nobody = () => Promise.resolve();

function same<T>(real: T): T {
  return real;
}
