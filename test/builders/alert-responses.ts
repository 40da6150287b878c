import type { Operation } from '../../shared/contract/operation.ts';
import { operationSchema } from '../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { beacon as laterBeacon, finding as laterFinding, minuteMs, tenantId } from './alert-ingest.ts';
import { createTables } from './create-tables.ts';
import type { WriteHooks } from './hooked-tables.ts';
import { allActionRoles, pc1 } from './machine-actions.ts';
import { world } from './microsoft.ts';
import { callerWith } from './serve.ts';
import { freshStorage } from './storage.ts';
import { wireApp } from './wired-app.ts';

/** Long ago, so that no library keeps the identity's tokens by the real time: a test may move the clock by days, and the next one back. */
const startMs = Date.parse('2025-03-03T10:00:00Z');
export const beacon = { ...laterBeacon, Timestamp: '2025-03-03T09:59:05.7654399Z' };
export const finding = { ...laterFinding, eventTime: '2025-03-03T09:59:05.7654321Z' };

export const scan = { action: { action: 'RunAntiVirusScan', scanType: 'Full' }, approval: false };
export const tag = { action: { action: 'AddTag', tag: 'beacon' }, approval: false };
export const isolate = { action: { action: 'Isolate', isolationType: 'Selective' } };
export const block = { blockEvidenceFor: 'PT1H' };

/** A tenant's policy as a test changes it: everything else is `Live`. */
export interface ChangedPolicy {
  readonly alerts?: object;
  readonly actions?: object;
  readonly indicators?: object;
}

/** The whole app over storage of its own and the simulator, with one tenant in which all is live, and these responses to its alerts. */
export async function setUpResponses(simulator: Simulator, responses: readonly object[], hooks: WriteHooks = {}) {
  const { control } = simulator;
  resetWorld(simulator);
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const place = { origin: simulator.origin, connectionString, now: control.clock.now, hooks };
  const app = wireApp({ ...place, moveBy: (ms) => control.clock.advance(ms) });
  const change = (changes: Partial<TenantRecord>) =>
    app.tenants.change(tenantId, (current) => ({ ...(current ?? toNewTenant(tenantId, emptyInput)), ...changes }));
  const setPolicy = (policy: ChangedPolicy = {}) => {
    const live = {
      alerts: { mode: 'Live', responses, ...policy.alerts },
      actions: { mode: 'Live', ...policy.actions },
      indicators: { mode: 'Live', ...policy.indicators },
    };
    return change({ policy: tenantInputSchema.parse({ policy: live }).policy, connection: 'Connected' });
  };
  await setPolicy();

  const send = async (data: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Operation> => {
    const alert = { ...finding, ...data };
    const answer = await app.ask('receiveAlert', callerWith('alerts:write'), {
      ...{ method: 'POST', params: { tenantId }, headers: { 'idempotency-key': alert.id, ...headers } },
      json: { type: 'alert.created', timestamp: '2025-03-03T10:00:00Z', tenantId, data: alert },
    });
    return operationSchema.parse(answer.json);
  };
  const read = async (operationId: string): Promise<Operation> => {
    const caller = callerWith('operations:read');
    const answer = await app.ask('getOperation', caller, { params: { tenantId, operationId } });
    return operationSchema.parse(answer.json);
  };
  /** The timers' next tick. */
  const tick = async (ms = minuteMs): Promise<void> => {
    control.clock.advance(ms);
    for (const timer of ['drainAlerts', 'drainActions', 'syncTenants']) await app.tick(timer);
  };
  return {
    ...{ control, app, connectionString, change, setPolicy, send, read, tick },
    approve: (operationId: string) =>
      app.ask('approveAction', callerWith('actions:approve', { callerId: 'desk' }), {
        ...{ method: 'POST', params: { tenantId, operationId }, json: { approvedBy: 'ana@example.test' } },
      }),
    /** The operations that an alert started, as they stand. */
    started: async ({ id }: Pick<Operation, 'id'>): Promise<readonly Operation[]> =>
      Promise.all(((await read(id)).result?.responses ?? []).map(read)),
    alerts: () => control.alerts.list(tenantId),
    actions: () => control.machineActions.list(tenantId),
    rows: () => control.indicators.list(tenantId),
    tags: () => control.machines.list(tenantId).find(({ id }) => id === pc1.id)?.machineTags,
    /** Every operation of a kind that the tenant has. */
    operations: async (kind: string): Promise<readonly Operation[]> => {
      const request = { url: `/api/v1/tenants/${tenantId}/operations?kind=${kind}`, params: { tenantId } };
      const answer = await app.ask('listOperations', callerWith('operations:read'), request);
      return (answer.json as { readonly value: readonly Operation[] }).value;
    },
  };
}

function resetWorld({ control }: Simulator): void {
  control.clock.freeze(startMs);
  control.faults.clear();
  control.switches.reset();
  control.switches.change({ tokenLifetimeSeconds: 90 * 86_400 });
  for (const each of ['machines', 'alerts', 'graphAlerts', 'events', 'machineActions', 'indicators'] as const)
    control[each].clear(tenantId);
  control.tenants.consent(tenantId, world.clientId, {
    defender: [...allActionRoles, 'Alert.ReadWrite.All'],
    graph: ['ThreatHunting.Read.All', 'SecurityAlert.Create.All', 'SecurityAlert.ReadWrite.All'],
  });
  control.machines.seed(tenantId, [{ ...pc1, lastIpAddress: '10.0.0.5' }]);
  control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [beacon] });
  control.quotas.clear();
  control.log.clear();
}

const emptyInput = tenantInputSchema.parse({});
