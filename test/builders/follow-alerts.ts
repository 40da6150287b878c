import { randomUUID } from 'node:crypto';
import { InvocationContext } from '@azure/functions';
import type { Timer } from '@azure/functions';
import { createAlertCursors, createBeginFollowing } from '../../functions/alert-ingest/follow/alert-cursors.store.ts';
import { createFollowAlerts } from '../../functions/alert-ingest/follow/follow-alerts.timer.ts';
import { createFollowTenant } from '../../functions/alert-ingest/follow/follow-tenant.client.ts';
import type { FollowTenantOptions } from '../../functions/alert-ingest/follow/follow-tenant.client.ts';
import { createFollowedAlerts } from '../../functions/alert-ingest/follow/followed-alerts.store.ts';
import { createAlertLinks } from '../../shared/alerts/alert-links.store.ts';
import { createLinkedTenants, noting } from '../../shared/alerts/linked-tenants.store.ts';
import type { Subscriber } from '../../shared/callbacks/plan-callbacks.ts';
import { callbackPayloadSchema } from '../../shared/callbacks/plan-callbacks.ts';
import type { CallbackEvent } from '../../shared/contract/callback-event.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createAlertChanges, createGraphAlertChanges } from '../../shared/defender/alert-changes.client.ts';
import { createLog } from '../../shared/log.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createSuspendTenant } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { defenderAt, world } from './microsoft.ts';
import { freshTables } from './storage.ts';
import { noCarry } from './work.ts';

export const { tenantId, otherTenantId } = world;
export const minuteMs = 60_000;
export const startMs = Date.parse('2026-11-20T10:00:00Z');
export const machineId = 'a'.repeat(40);

/** Who hears of everything. */
export const soar: Subscriber = {
  ...{ callerId: 'soar', tenants: 'All', feeds: [] },
  callback: { url: 'https://soar.contoso.example/hooks/mde', events: 'All', status: 'Active' },
};

/** What a test puts in the place of a part, made of the real one. */
export type Parts = Pick<FollowTenantOptions, 'changes' | 'cursors' | 'followed' | 'work' | 'links'>;
export type PartChanges = (real: Parts) => Partial<Parts>;

/** Instances over the same empty tables and the simulator, two tenants connected, one subscriber, and a clock that stands still. */
export async function setUpFollowing(simulator: Simulator) {
  const { control } = simulator;
  resetWorld(simulator);
  const tables = await freshTables();
  const subscribers: Subscriber[] = [soar];
  const lines: string[] = [];
  const told: { readonly id: string; readonly event: CallbackEvent }[] = [];
  const open = (change: PartChanges = () => ({})) =>
    openInstance(simulator, tables, { subscribers, lines, told, change });
  const instance = open();
  const { tenants, links, work } = instance;
  const setTenant = (changes: Partial<TenantRecord>, id: string = tenantId) =>
    tenants.change(id, (current) => ({
      ...(current ?? toNewTenant(id, tenantInputSchema.parse({}))),
      connection: 'Connected',
      ...changes,
    }));
  const observe = (from: string, id: string = tenantId) =>
    setTenant({ policy: tenantInputSchema.parse({ policy: { alerts: { observe: from } } }).policy }, id);
  for (const id of [tenantId, otherTenantId]) await setTenant({}, id);
  /** An alert of ours, new in Defender. */
  const makeAlert = async (
    alertId: string,
    { id = `finding-${alertId}`, of = tenantId }: { readonly id?: string; readonly of?: string } = {},
  ): Promise<void> => {
    if (!control.alerts.list(of).some((alert) => alert.id === alertId)) {
      control.alerts.seed(of, [{ id: alertId, machineId, title: alertId, severity: 'Medium' }]);
    }
    const operationId = `op_${'a'.repeat(26)}`;
    await links.put({ tenantId: of, id, alertId, operationId, via: 'Defender' });
  };
  return {
    ...{ control, tables, subscribers, lines, instance, open, setTenant, observe, makeAlert, links },
    /** Five minutes go by, and the timer with them. */
    tick: async (by = instance): Promise<readonly CallbackEvent[]> => {
      control.clock.advance(5 * minuteMs);
      return by.run();
    },
    /** What was told since it was asked the last time, delivered. */
    delivered: async () => {
      await work.drain('callbacks', { budgetMs: minuteMs });
      return told.splice(0);
    },
    /** Calls for alerts since the log was cleared. */
    calls: (of: string = tenantId) => control.log.entries({ tenantId: of, path: '/api/alerts*' }),
  };
}

interface Shared {
  readonly subscribers: readonly Subscriber[];
  readonly lines: string[];
  readonly told: { readonly id: string; readonly event: CallbackEvent }[];
  readonly change: PartChanges;
}

function openInstance(simulator: Simulator, tables: Tables, { subscribers, lines, told, change }: Shared) {
  const { now } = simulator.control.clock;
  const table = tables('ledger');
  const log = createLog((line) => lines.push(line), now);
  const tenants = createDocuments<TenantRecord>({
    ...{ tables, kind: 'tenant', schema: tenantRecordSchema, newId: randomUUID },
  });
  const work = createWork({
    ...{ tables, now, log, newId: randomUUID, random: () => 0.5, wait: () => Promise.resolve() },
    ...{ carryOf: () => noCarry, gate: () => Promise.resolve('open' as const), callbacksOf: () => Promise.resolve([]) },
    carryCallback: ({ id, payload }) => {
      told.push({ id, event: callbackPayloadSchema.parse(payload).event });
      return Promise.resolve({ outcome: 'Done' });
    },
  });
  const defender = defenderAt(simulator, tables);
  const cursors = createAlertCursors(table, randomUUID);
  const begin = createBeginFollowing(cursors, now);
  const linkedTenants = createLinkedTenants({ table, now, begin });
  const real = {
    changes: { Defender: createAlertChanges(defender), Graph: createGraphAlertChanges(defender) },
    links: noting(createAlertLinks({ table, now }), linkedTenants),
    cursors,
    followed: createFollowedAlerts(table),
    work,
  };
  const parts = { ...real, ...change(real) };
  const readSubscribers = () => Promise.resolve(subscribers);
  const handler = createFollowAlerts({
    ...{ tenants, linkedTenants, cursors: parts.cursors, readSubscribers, now, log, random: () => 0 },
    followTenant: createFollowTenant({ ...parts, readSubscribers, now }),
    suspend: createSuspendTenant({ tenants, tell: () => Promise.resolve(), now, log }),
  });
  const runTimer = async (): Promise<void> => {
    await handler({} as Timer, new InvocationContext({ functionName: 'followAlerts', logHandler: () => undefined }));
  };
  const run = async (): Promise<readonly CallbackEvent[]> => {
    await runTimer();
    await work.drain('callbacks', { budgetMs: minuteMs });
    return told.splice(0).map(({ event }) => event);
  };
  return { ...real, tenants, run, runTimer };
}

function resetWorld({ control }: Simulator): void {
  control.clock.freeze(startMs);
  control.faults.clear();
  control.switches.reset();
  for (const id of [tenantId, otherTenantId]) {
    control.alerts.clear(id);
    control.graphAlerts.clear(id);
    control.tenants.consent(id, world.clientId, {
      defender: ['Alert.ReadWrite.All'],
      graph: ['SecurityAlert.ReadWrite.All', 'SecurityAlert.Create.All'],
    });
  }
  control.quotas.clear();
  control.log.clear();
}
