import { randomUUID } from 'node:crypto';
import { inputsOf } from '../../functions/indicator-sync/plan/sync-due.ts';
import { unknownState } from '../../functions/indicator-sync/plan/sync-state.ts';
import { createSyncStates } from '../../functions/indicator-sync/plan/sync-states.store.ts';
import { contractExamples } from '../../shared/contract/examples.ts';
import { partnerSchema } from '../../shared/contract/partner.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { world } from '../local/demo-world.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { toSimulatorOptions } from '../local/world-options.ts';

const { ownNames } = partnerSchema.parse(JSON.parse(contractExamples.partner));

/** The tenants of a run: the first one floods. */
export function toTenantId(index: number): string {
  return `6f1c0000-0000-4000-9000-${index.toString(16).padStart(12, '0')}`;
}

/** Every operation has a machine of its own, so that Defender's log tells of each. */
export function toMachineId(operation: number): string {
  return operation.toString(16).padStart(40, '0');
}

/** Customers that consented to all that the app asks for, connected, and their policy lets actions through. */
export async function connectCustomers(simulator: Simulator, tables: Tables, count: number): Promise<void> {
  const consents = toSimulatorOptions().tenants?.[0]?.consents ?? {};
  const tenants: Documents<TenantRecord> = createDocuments({
    tables,
    kind: 'tenant',
    schema: tenantRecordSchema,
    newId: randomUUID,
  });
  const states = createSyncStates(tables('ledger'));
  // Nothing of a run may end because it waited for a limit of Defender's.
  const policy = tenantInputSchema.parse({ policy: { actions: { mode: 'Live', submitWithin: 'P7D' } } });
  const connect = async (index: number): Promise<void> => {
    const tenantId = toTenantId(index);
    simulator.control.tenants.put({ tenantId, displayName: `Customer ${index}`, consents });
    const nowText = new Date().toISOString();
    const record: TenantRecord = {
      ...{ ...toNewTenant(tenantId, policy), connection: 'Connected' },
      connectedAt: nowText,
    };
    await tenants.change(tenantId, () => record);
    // In step: its indicators are no part of the run.
    await states.write(tenantId, {
      ...unknownState,
      inputs: inputsOf(record, [], { ownNames }),
      lastReconciledAt: nowText,
    });
  };
  await Promise.all(Array.from({ length: count }, (_, index) => connect(index)));
}

/** A caller that signs, and hears of every end. */
export async function connectPlaybook(
  simulator: Simulator,
  { appOrigin, callbackUrl, secrets }: { appOrigin: string; callbackUrl: string; secrets: readonly [string, string] },
): Promise<void> {
  const { callerId } = world.caller;
  simulator.control.secrets.add(`caller-${callerId}`, { value: secrets[0] });
  simulator.control.secrets.add(`callback-${callerId}`, { value: secrets[1] });
  const token = await adminToken(simulator);
  const response = await fetch(`${appOrigin}/api/v1/callers/${callerId}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ displayName: 'Playbook', scopes: ['actions:write'], authentication: { kind: 'Signature' }, tenants: 'All' },
      callback: { url: callbackUrl, events: 'All' },
    }),
  });
  const document = (await response.json()) as { readonly callback?: { readonly status?: string } };
  if (document.callback?.status !== 'Active') throw new Error(`No callbacks: ${JSON.stringify(document)}`);
}

/** An administrator's token that outlives the run on its fast clock. */
export function adminToken(simulator: Simulator): Promise<string> {
  return simulator.control.mintToken({ roles: ['admin'], lifetimeSeconds: 30 * 86_400 });
}
