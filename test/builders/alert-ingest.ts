import { randomUUID } from 'node:crypto';
import { InvocationContext } from '@azure/functions';
import type { Timer } from '@azure/functions';
import { createCarryAlert } from '../../functions/alert-ingest/alert.work.ts';
import { createCarryAlertUpdate } from '../../functions/alert-ingest/update/alert-update.work.ts';
import { createDrainAlerts } from '../../functions/alert-ingest/drain-alerts.timer.ts';
import { createFindAlert } from '../../functions/alert-ingest/update/find-alert.client.ts';
import { createFollowedAlerts } from '../../functions/alert-ingest/follow/followed-alerts.store.ts';
import { linking } from '../../functions/alert-ingest/linking-alert.work.ts';
import { createReceiveAlert } from '../../functions/alert-ingest/receive-alert.http.ts';
import { createRespond } from '../../functions/alert-ingest/respond/respond.work.ts';
import { createSearchDefender } from '../../functions/alert-ingest/search-defender.client.ts';
import { createAlertLinks } from '../../shared/alerts/alert-links.store.ts';
import { createAlertTriage } from '../../shared/alerts/alert-triage.client.ts';
import type { Caller } from '../../shared/auth/authenticate-caller.ts';
import type { OperationKind } from '../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDefenderAlerts } from '../../shared/defender/alerts.client.ts';
import { createGraphAlerts } from '../../shared/defender/graph-alerts.client.ts';
import { createHunting } from '../../shared/defender/hunting.client.ts';
import { createBlockEvidence } from '../../shared/indicators/direct/block-evidence.store.ts';
import { createDirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import { createLog } from '../../shared/log.ts';
import { createFindMachine } from '../../shared/machines/find-machines.client.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createSuspendTenant, createTenantGate, suspending } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Carry } from '../../shared/work/carry.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { call } from './http.ts';
import type { TestAnswer } from './http.ts';
import { defenderAt, world } from './microsoft.ts';
import { callerWith, serveAs } from './serve.ts';
import { freshTables } from './storage.ts';
import { noCarry } from './work.ts';

export const { tenantId } = world;
export const pc1 = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test', lastIpAddress: '10.0.0.5' };
export const pc2 = { id: 'b'.repeat(40), computerDnsName: 'pc2.example.test', lastIpAddress: '10.0.0.6' };
export const minuteMs = 60_000;
const displayName = 'Contoso Cognito';

/** When it all happens. */
export const startMs = Date.parse('2026-11-20T10:00:00Z');
export const eventTime = '2026-11-20T09:59:05.7654321Z';

/** An event of pc1 that fits the alert below. */
export const beacon = {
  ...{ Timestamp: '2026-11-20T09:59:05.7654399Z', DeviceId: pc1.id, DeviceName: pc1.computerDnsName, ReportId: 20_776 },
  ...{ ActionType: 'ConnectionSuccess', RemoteIP: '203.0.113.9', RemotePort: 443 },
};

/** `data` of an alert about it. */
export const finding = {
  id: 'finding-8841',
  title: 'Beacon to known command-and-control server',
  description: 'rundll32.exe contacted 203.0.113.9 every 60 s.',
  severity: 'High',
  category: 'CommandAndControl',
  eventTime,
  machine: { computerDnsName: 'pc1.example.test' },
  evidence: [{ entityType: 'Ip', ipAddress: '203.0.113.9' }],
};

/** An alert as a test sends it. */
export interface SentAlert {
  readonly data?: unknown;
  readonly envelope?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly caller?: Caller;
}

/** The scenario over tables of its own and the simulator, in one tenant that is connected and live, with a clock that stands still. */
export async function setUpAlertIngest(simulator: Simulator, policy: object = {}) {
  const { control } = simulator;
  resetWorld(simulator);
  const tables = await freshTables();
  const { now } = control.clock;
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), now);
  const tenants = createDocuments<TenantRecord>({
    ...{ tables, kind: 'tenant', schema: tenantRecordSchema, newId: randomUUID },
  });
  const defender = defenderAt(simulator, tables);
  const alerts = createDefenderAlerts(defender);
  const graphAlerts = createGraphAlerts(defender);
  const search = createSearchDefender({ findMachine: createFindMachine(defender), hunting: createHunting(defender) });
  const links = createAlertLinks({ table: tables('ledger'), now });
  const triage = createAlertTriage({ defender, alerts });
  const followed = createFollowedAlerts(tables('ledger'));
  const direct = createDirectRows(tables('ledger'), randomUUID);
  const blockEvidence = createBlockEvidence({ direct, ownNames: [], now });
  const respond = createRespond({ work: () => work, blockEvidence });
  const make = { tenants, alerts, graphAlerts, followed, search, respond, displayName, sleep: untilAborted };
  const carries: Partial<Record<OperationKind, Carry>> = {
    Alert: linking(createCarryAlert(make), links),
    AlertUpdate: createCarryAlertUpdate({ tenants, links, triage, work: () => work }),
  };
  const suspend = createSuspendTenant({ tenants, tell: () => Promise.resolve(), now, log });
  const work = createWork({
    ...{ tables, now, log, newId: randomUUID, random: () => 0.5 },
    carryOf: (kind) => suspending(carries[kind] ?? noCarry, suspend),
    sweepBeside: links.sweep,
    gate: createTenantGate({ tenants, now }),
    wait: (ms) => Promise.resolve(control.clock.advance(ms)),
    callbacksOf: () => Promise.resolve([]),
    carryCallback: () => Promise.resolve({ outcome: 'Done' }),
  });
  const change = (changes: Partial<TenantRecord>) =>
    tenants.change(tenantId, (current) => ({ ...(current ?? toNewTenant(tenantId, emptyInput)), ...changes }));
  const setPolicy = (alertPolicy: object) =>
    change({
      policy: tenantInputSchema.parse({ policy: { alerts: { mode: 'Live', ...alertPolicy } } }).policy,
      connection: 'Connected',
    });
  await setPolicy(policy);

  const send = (sent: SentAlert = {}): Promise<TestAnswer> => {
    const { data = finding, envelope = {}, headers = {}, key = 'key-1', caller = callerWith('alerts:write') } = sent;
    const handler = createReceiveAlert(serveAs(caller, lines), {
      ...{
        tenants,
        search,
        findAlert: createFindAlert({ links, work }),
        links,
        triage,
        work,
        displayName,
        publicUrl: 'https://app.contoso.example',
        now,
      },
    });
    return call(handler, {
      method: 'POST',
      headers: { 'idempotency-key': key, ...headers },
      params: { tenantId },
      json: { type: 'alert.created', timestamp: '2026-11-20T10:00:09Z', tenantId, data, ...envelope },
    });
  };
  const drain = async (): Promise<void> => {
    const context = new InvocationContext({ functionName: 'drainAlerts', logHandler: () => undefined });
    await createDrainAlerts({ work, log })({} as Timer, context);
  };
  return {
    ...{ control, tables, tenants, work, links, lines, send, drain, change, setPolicy },
    /** Time goes by, and the timer with it. */
    later: async (ms: number) => {
      control.clock.advance(ms);
      await drain();
    },
    made: () => control.alerts.list(tenantId),
    /** Creations that reached Defender since the test began. */
    creations: () => control.log.entries({ tenantId, path: creating.path, method: 'POST' }),
    read: async (id: string) => work.read(tenantId, id),
  };
}

/** What a fault strikes that strikes queries. */
export const hunting = { method: 'POST', path: '/v1.0/security/runHuntingQuery' };

/** What a fault strikes that strikes creations. */
export const creating = { method: 'POST', path: '/api/alerts/CreateAlertByReference' };

function resetWorld({ control }: Simulator): void {
  control.clock.freeze(startMs);
  control.faults.clear();
  control.switches.reset();
  for (const each of [control.machines, control.alerts, control.graphAlerts, control.events]) each.clear(tenantId);
  control.tenants.consent(tenantId, world.clientId, {
    defender: ['Machine.Read.All', 'Alert.ReadWrite.All'],
    graph: ['ThreatHunting.Read.All', 'SecurityAlert.Create.All', 'SecurityAlert.ReadWrite.All'],
  });
  control.machines.seed(tenantId, [pc1, pc2]);
  control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [beacon] });
  control.quotas.clear();
  control.log.clear();
}

/** Waiting that ends with what is waited beside. */
function untilAborted(_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('It is over.')), { once: true });
  });
}

const emptyInput = tenantInputSchema.parse({});
