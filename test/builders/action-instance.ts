import { randomUUID } from 'node:crypto';
import { createCarryAction } from '../../functions/response-action/action.work.ts';
import { createFindActionMachine } from '../../functions/response-action/find-action-machine.client.ts';
import { createFollowActions } from '../../functions/response-action/machine-action/follow-actions.client.ts';
import { createIsolations } from '../../functions/response-action/guard/isolations.store.ts';
import { createCarryMachineAction } from '../../functions/response-action/machine-action/machine-action.work.ts';
import type { Clock } from '../../shared/clock.ts';
import { createBudgets } from '../../shared/defender/budgets.store.ts';
import { createDefenderEntities } from '../../shared/defender/entities.client.ts';
import { createDefenderMachineActions } from '../../shared/defender/machine-actions.client.ts';
import { createDefender } from '../../shared/defender/request.client.ts';
import type { TenantTokens } from '../../shared/defender/try-once.client.ts';
import type { Log } from '../../shared/log.ts';
import { createFindMachine } from '../../shared/machines/find-machines.client.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { createSuspendTenant, createTenantGate, suspending } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Tables } from '../../shared/tables.client.ts';
import type { CallbacksOf } from '../../shared/work/events.store.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Work } from '../../shared/work/work.store.ts';

/** What an instance of the app is made of, as far as Defender's nine machine actions go. */
export interface ActionInstanceOptions {
  readonly tables: Tables;
  /** Where Defender is. */
  readonly origin: string;
  readonly clientId: string;
  readonly tokens: TenantTokens;
  readonly now: Clock;
  readonly log: Log;
  /** Hears of every change of an operation before it is written. */
  readonly callbacksOf: CallbacksOf;
}

/** The engine of one instance, and the documents that it reads. Needs no test runner, so that processes of their own can be one. */
export function createActionInstance(options: ActionInstanceOptions): {
  readonly work: Work;
  readonly tenants: Documents<TenantRecord>;
} {
  const { tables, origin, clientId, tokens, now, log } = options;
  const random = (): number => 0.5;
  const sleep = (): Promise<void> => Promise.resolve();
  const defender = createDefender({
    endpoints: {
      defender: { apiUrl: origin, tokenScope: 'https://api.securitycenter.microsoft.com/.default' },
      graph: { apiUrl: origin, tokenScope: 'https://graph.microsoft.com/.default' },
    },
    budgets: createBudgets({ table: tables('budgets'), now, random: Math.random, sleep, newId: randomUUID }),
    ...{ userAgent: 'MdePartner-Contoso-Cognito/1.0.0', credentials: tokens, now, random, sleep },
  });
  const machineActions = createDefenderMachineActions(defender);
  const tenants = createDocuments<TenantRecord>({
    ...{ tables, kind: 'tenant', schema: tenantRecordSchema, newId: randomUUID },
  });
  const carryMachineAction = createCarryMachineAction({
    ...{ machineActions, clientId, entities: createDefenderEntities(defender) },
    findActionMachine: createFindActionMachine({ findMachine: createFindMachine(defender), now }),
    isolations: createIsolations({ table: tables('budgets'), now, random, sleep }),
    accept: (operation) => work.accept(operation),
    readRequest: (id, operationId) => work.readRequest(id, operationId),
    followAction: createFollowActions({
      ...{ machineActions, now },
      listFollowed: (id) => work.listReferences(id, { kind: 'Action', status: 'Running' }, 'machineActionId'),
    }),
  });
  const carry = suspending(
    createCarryAction({ tenants, carryByKind: { MachineAction: carryMachineAction } }),
    createSuspendTenant({ tenants, tell: () => Promise.resolve(), now, log }),
  );
  const work: Work = createWork({
    ...{ tables, now, log, random, newId: randomUUID, carryOf: () => carry },
    gate: createTenantGate({ tenants, now }),
    wait: () => Promise.resolve(),
    callbacksOf: options.callbacksOf,
    carryCallback: () => Promise.resolve({ outcome: 'Done' }),
  });
  return { work, tenants };
}
