import { randomUUID } from 'node:crypto';
import { createCarryAction } from '../../functions/response-action/action.work.ts';
import { createFindActionMachine } from '../../functions/response-action/find-action-machine.client.ts';
import { createFollowActions } from '../../functions/response-action/machine-action/follow-actions.client.ts';
import { createIsolations } from '../../functions/response-action/guard/isolations.store.ts';
import { createCarryMachineAction } from '../../functions/response-action/machine-action/machine-action.work.ts';
import { toActionOperation } from '../../shared/actions/action-operation.ts';
import type { StoredAction } from '../../shared/actions/action-operation.ts';
import { toCallbackEvents } from '../../shared/callbacks/callback-event.ts';
import { actionRequestSchema } from '../../shared/contract/action.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDefenderEntities } from '../../shared/defender/entities.client.ts';
import { createDefenderMachineActions } from '../../shared/defender/machine-actions.client.ts';
import { actionRoles } from '../../shared/defender/roles.ts';
import { createLog } from '../../shared/log.ts';
import { createFindMachine } from '../../shared/machines/find-machines.client.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createSuspendTenant, createTenantGate, suspending } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { defenderAt, world } from './microsoft.ts';
import { freshTables } from './storage.ts';

const { tenantId, clientId } = world;
const publicUrl = 'https://app.contoso.example';

export const pc1 = { id: 'a'.repeat(40), computerDnsName: 'pc1.example.test', osPlatform: 'Windows11' };
export const isolate = { action: 'Isolate', machine: { id: pc1.id }, comment: 'Case 17' };
export const unisolate = { action: 'Unisolate', machine: { id: pc1.id }, comment: 'Case 17 is over' };
export const secondMs = 1_000;

/** Roles that all actions together need. */
export const allActionRoles = [...new Set(['Machine.Read.All', ...Object.values(actionRoles).flat()])];

/** How a test asks for an action. */
export interface AskedMachineAction {
  readonly key?: string;
  readonly callerId?: string;
  readonly order?: Omit<StoredAction, 'data'>;
}

/**
 * Defender's nine, over tables of their own and the simulator, in one tenant that is connected and live, with a clock that
 * stands still at a whole minute.
 */
export async function setUpMachineActions(simulator: Simulator, policy: object = {}) {
  const { control } = simulator;
  control.clock.freeze(Math.ceil(Date.now() / 60_000) * 60_000);
  control.faults.clear();
  control.switches.reset();
  control.tenants.consent(tenantId, world.clientId, { defender: allActionRoles });
  control.machines.clear(tenantId);
  control.machineActions.clear(tenantId);
  control.files.clear(tenantId);
  control.machines.seed(tenantId, [pc1]);
  control.quotas.clear();
  control.log.clear();

  const tables = await freshTables();
  const { now } = control.clock;
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), now);
  const tenants = createDocuments<TenantRecord>({
    ...{ tables, kind: 'tenant', schema: tenantRecordSchema, newId: randomUUID },
  });
  const defender = defenderAt(simulator, tables);
  const machineActions = createDefenderMachineActions(defender);
  const random = (): number => 0.5;
  const toCarry = () =>
    suspending(
      createCarryAction({
        tenants,
        carryByKind: {
          MachineAction: createCarryMachineAction({
            ...{ machineActions, clientId, entities: createDefenderEntities(defender) },
            findActionMachine: createFindActionMachine({ findMachine: createFindMachine(defender), now }),
            isolations: createIsolations({ table: tables('budgets'), now, random, sleep: () => Promise.resolve() }),
            accept: (operation) => work.accept(operation),
            readRequest: (tenant, id) => work.readRequest(tenant, id),
            followAction: createFollowActions({
              ...{ machineActions, now },
              listFollowed: () =>
                work.listReferences(tenantId, { kind: 'Action', status: 'Running' }, 'machineActionId'),
            }),
          }),
        },
      }),
      createSuspendTenant({ tenants, tell: () => Promise.resolve(), now, log }),
    );
  const carry = toCarry();
  const told: string[] = [];
  const work = createWork({
    ...{ tables, now, log, random, newId: randomUUID, carryOf: () => carry },
    gate: createTenantGate({ tenants, now }),
    wait: (ms) => Promise.resolve(control.clock.advance(ms)),
    callbacksOf: (before, after, facts) => {
      const events = toCallbackEvents({ before, after, ...facts, publicUrl });
      told.push(...events.map(({ type, data }) => ['code' in data ? [type, data.code].join(' ') : type].join()));
      return Promise.resolve([]);
    },
    carryCallback: () => Promise.resolve({ outcome: 'Done' }),
  });

  const change = (changes: Partial<TenantRecord>) =>
    tenants.change(tenantId, (current) => ({ ...(current ?? toNewTenant(tenantId, emptyInput)), ...changes }));
  const setPolicy = (actions: object) => {
    const live = { mode: 'Live', allowed: Object.keys(actionRoles), requireApproval: [], ...actions };
    return change({ policy: tenantInputSchema.parse({ policy: { actions: live } }).policy, connection: 'Connected' });
  };
  await setPolicy(policy);

  let asked = 0;
  const ask = async (
    data: object,
    { key, callerId = 'soar', order = {} }: AskedMachineAction = {},
  ): Promise<Operation> => {
    asked += 1;
    const parsed = actionRequestSchema.parse(data);
    const accepted = await work.accept(
      toActionOperation({
        ...{ tenantId, callerId, dedupeKey: key ?? `key-${asked}`, fingerprint: JSON.stringify(data) },
        action: { data: parsed, ...order },
        submitByMs: now() + 4 * 3_600_000,
      }),
    );
    if (!('operation' in accepted)) throw new Error(`Not accepted: ${accepted.outcome}.`);
    return work.perform(accepted);
  };
  const read = async ({ id }: { readonly id: string }): Promise<Operation> => {
    const operation = await work.read(tenantId, id);
    if (operation === undefined) throw new Error('There is no such operation.');
    return operation;
  };
  const drain = () => work.drain('actions', { budgetMs: 45_000 });
  return {
    ...{ control, tenants, machineActions, work, tables, lines, told, ask, read, drain, change, setPolicy },
    /** Time goes by, and the timer with it. */
    later: async (ms: number) => {
      control.clock.advance(ms);
      await drain();
    },
    /** The tenant's machine actions, oldest first. */
    actions: () => control.machineActions.list(tenantId).toReversed(),
    /** Requests that start or cancel something since the test began. */
    posts: () => control.log.entries({ tenantId, method: 'POST', path: '/api' }),
    gets: (path: string) => control.log.entries({ tenantId, method: 'GET', path }),
  };
}

const emptyInput = tenantInputSchema.parse({});
