import type { Operation } from '../../shared/contract/operation.ts';
import type { Instance } from './stack.ts';

/** Asks for a sync of a tenant's indicators and carries it to its end; the timer is run as often as that takes. */
export async function syncTenant(instance: Instance, tenantId: string): Promise<Operation> {
  const base = `/api/v1/tenants/${tenantId}`;
  const { id } = await instance.api.expect<Operation>('POST', `${base}/indicators/sync`);
  return untilEnded(instance, `${base}/operations/${id}`);
}

/** Runs the timer until the operation at `path` has ended. */
export async function untilEnded(instance: Instance, path: string): Promise<Operation> {
  for (let round = 0; round < 20; round += 1) {
    const operation = await instance.api.expect<Operation>('GET', path);
    if (!['NotStarted', 'Running'].includes(operation.status)) return operation;
    await instance.runTimer('syncTenants');
  }
  throw new Error(`${path} does not end: ${JSON.stringify(await instance.api.expect('GET', path))}`);
}
