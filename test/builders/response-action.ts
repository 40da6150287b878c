import { randomUUID } from 'node:crypto';
import { InvocationContext } from '@azure/functions';
import type { Timer } from '@azure/functions';
import { createCarryAction } from '../../functions/response-action/action.work.ts';
import {
  createCarryAlertAction,
  createPreviewAlertAction,
} from '../../functions/response-action/change/alert-action.work.ts';
import { createApproveAction } from '../../functions/response-action/approve-action.http.ts';
import { createAuthorizeNow } from '../../functions/response-action/guard/authorize-now.client.ts';
import { createDrainActions } from '../../functions/response-action/drain-actions.timer.ts';
import { createFindActionMachine } from '../../functions/response-action/find-action-machine.client.ts';
import {
  createCarryMachineChange,
  createPreviewMachineChange,
} from '../../functions/response-action/change/machine-change.work.ts';
import { createIsolations } from '../../functions/response-action/guard/isolations.store.ts';
import { createRequestAction } from '../../functions/response-action/request-action.http.ts';
import { createPreviewIndicator } from '../../functions/response-action/indicator/preview-indicator.client.ts';
import { createRequireIndicator } from '../../functions/response-action/indicator/require-indicator.client.ts';
import { createAlertLinks } from '../../shared/alerts/alert-links.store.ts';
import { createAlertTriage } from '../../shared/alerts/alert-triage.client.ts';
import type { Caller } from '../../shared/auth/authenticate-caller.ts';
import { toCallbackEvents } from '../../shared/callbacks/callback-event.ts';
import type { CallbackEvent } from '../../shared/contract/callback-event.ts';
import { operationSchema } from '../../shared/contract/operation.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDefenderAlerts } from '../../shared/defender/alerts.client.ts';
import { createDefenderMachines } from '../../shared/defender/machines.client.ts';
import { createAcceptOperation } from '../../shared/http/accept-operation.http.ts';
import { createDirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import { createLog } from '../../shared/log.ts';
import { createFindMachine } from '../../shared/machines/find-machines.client.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createSuspendTenant, createTenantGate, suspending } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { call } from './http.ts';
import type { TestAnswer } from './http.ts';
import { defenderAt, world } from './microsoft.ts';
import { callerWith, serveAs } from './serve.ts';
import { freshTables } from './storage.ts';

export const pc1 = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test' };
export const { tenantId } = world;

/** An action as a test asks for it. */
export interface AskedAction {
  readonly data?: unknown;
  /** Beside type, timestamp, tenantId and data. */
  readonly envelope?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string | null;
  readonly caller?: Caller;
  readonly pathTenantId?: string;
  /** Sent in place of the whole body. */
  readonly body?: string;
}

/** An approval as a test gives it. */
export interface AskedApproval {
  readonly json?: unknown;
  readonly caller?: Caller;
  readonly headers?: Readonly<Record<string, string>>;
}

const publicUrl = 'https://app.contoso.example';

export const addTag = { action: 'AddTag', machine: { id: pc1.id }, comment: 'Case 17', tag: 'case-17' };

/** The scenario over tables of its own and the simulator, in one tenant that is connected and live, with a clock that stands still. */
export async function setUpResponseAction(simulator: Simulator, policy: object = { mode: 'Live' }) {
  const { control } = simulator;
  control.clock.freeze(Date.now());
  control.faults.clear();
  control.switches.reset();
  control.tenants.consent(tenantId, world.clientId, {
    defender: ['Machine.ReadWrite.All', 'Alert.ReadWrite.All'],
  });
  control.machines.clear(tenantId);
  control.machines.seed(tenantId, [pc1]);
  control.alerts.clear(tenantId);
  control.quotas.clear();
  control.log.clear();

  const tables = await freshTables();
  const { now } = control.clock;
  const lines: string[] = [];
  const told: CallbackEvent[] = [];
  const log = createLog((line) => lines.push(line), now);
  const tenants = createDocuments<TenantRecord>({
    ...{ tables, kind: 'tenant', schema: tenantRecordSchema, newId: randomUUID },
  });
  const defender = defenderAt(simulator, tables);
  const machines = createDefenderMachines(defender);
  const findActionMachine = createFindActionMachine({ findMachine: createFindMachine(defender), now });
  const table = tables('budgets');
  const isolations = createIsolations({ table, now, random: () => 0.5, sleep: () => Promise.resolve() });
  const authorizeNow = createAuthorizeNow({ isolations, now });
  const triage = createAlertTriage({ defender, alerts: createDefenderAlerts(defender) });
  const alertLinks = createAlertLinks({ table: tables('ledger'), now });
  const previewByKind = {
    MachineChange: createPreviewMachineChange({ findActionMachine }),
    Alert: createPreviewAlertAction({ triage, alertLinks }),
    // Nothing was ever synced here.
    Indicator: createPreviewIndicator({ standing: () => Promise.resolve({ state: 'Gone' }), now }),
  };
  const direct = createDirectRows(tables('ledger'), randomUUID);
  const requireIndicator = createRequireIndicator({ direct, ownNames: [], now });
  const carry = suspending(
    createCarryAction({
      tenants,
      carryByKind: {
        MachineChange: createCarryMachineChange({ machines, findActionMachine }),
        Alert: createCarryAlertAction({ triage, alertLinks }),
      },
    }),
    createSuspendTenant({ tenants, tell: () => Promise.resolve(), now, log }),
  );
  const work = createWork({
    ...{ tables, now, log, newId: randomUUID, random: () => 0.5, carryOf: () => carry },
    gate: createTenantGate({ tenants, now }),
    wait: (ms) => Promise.resolve(control.clock.advance(ms)),
    callbacksOf: (before, after, facts) => {
      told.push(...toCallbackEvents({ before, after, ...facts, publicUrl }));
      return Promise.resolve([]);
    },
    carryCallback: () => Promise.resolve({ outcome: 'Done' }),
  });
  const acceptOperation = createAcceptOperation({ work, publicUrl, now });

  const change = (changes: Partial<TenantRecord>) =>
    tenants.change(tenantId, (current) => ({ ...(current ?? toNewTenant(tenantId, emptyInput)), ...changes }));
  const setPolicy = (actions: object) =>
    change({ policy: tenantInputSchema.parse({ policy: { actions } }).policy, connection: 'Connected' });
  await setPolicy(policy);

  const send = (asked: AskedAction = {}): Promise<TestAnswer> => {
    const { data = addTag, envelope = {}, headers = {}, key = 'key-1', caller = callerWith('actions:write') } = asked;
    const handler = createRequestAction(serveAs(caller, lines), {
      ...{ tenants, previewByKind, requireIndicator, authorizeNow, acceptOperation, now },
    });
    const whole = { type: 'action.requested', timestamp: '2026-11-20T10:00:09Z', tenantId, data, ...envelope };
    return call(handler, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      params: { tenantId: asked.pathTenantId ?? tenantId },
      body: asked.body ?? JSON.stringify(whole),
    });
  };
  const approve = (id: string, asked: AskedApproval = {}): Promise<TestAnswer> => {
    const { caller = callerWith('actions:approve', { callerId: 'desk' }), json = { approvedBy: 'ana@example.test' } } =
      asked;
    const handler = createApproveAction(serveAs(caller, lines), { work, publicUrl, now });
    return call(handler, {
      ...{ method: 'POST', params: { tenantId, operationId: id }, json },
      headers: { 'content-type': 'application/json', ...asked.headers },
    });
  };
  const drain = async (): Promise<void> => {
    const context = new InvocationContext({ functionName: 'drainActions', logHandler: () => undefined });
    await createDrainActions({ work, log })({} as Timer, context);
  };
  return {
    ...{ control, tenants, work, lines, told, isolations, alertLinks, send, approve, drain, change, setPolicy },
    /** Time goes by, and the timer with it. */
    later: async (ms: number) => {
      control.clock.advance(ms);
      await drain();
    },
    tags: () => control.machines.list(tenantId).find(({ id }) => id === pc1.id)?.machineTags,
    /** Requests of one method to the machine API since the test began. */
    calls: (method: string) => control.log.entries({ tenantId, path: '/api/machines', method }),
  };
}

/** The operation that an answer shows. */
export function operationOf(answer: TestAnswer): Operation {
  return operationSchema.parse(answer.json);
}

const emptyInput = tenantInputSchema.parse({});
