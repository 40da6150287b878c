import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import type { DefenderMachines } from '../../shared/defender/machines.client.ts';
import { RejectedInput, UpstreamRefused } from '../../shared/errors.ts';
import { toTenantStatus } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { toOperationError } from '../../shared/work/next-attempt.ts';
import { authorizeAction } from './authorize-action.ts';
import { rowOf } from './catalogue.ts';
import type { CarriedRequest } from './catalogue.ts';
import { findMachine } from './find-machine.client.ts';
import { machineNotFound, toResult } from './next-action-step.ts';

/**
 * What an action would do: the machine is read, nothing is written. Throws `RejectedInput` `wrong_state` when the tenant
 * cannot be asked.
 */
export async function dryRunAction(
  machines: DefenderMachines,
  tenant: TenantRecord,
  request: CarriedRequest,
): Promise<DryRunAnswer> {
  const status = toTenantStatus(tenant);
  if (status !== 'Connected') throw new RejectedInput('wrong_state', `The tenant is ${status}: nothing can be asked.`);
  const policy = authorizeAction(tenant.policy, { data: request });
  const refused = { dryRun: true, machine: request.machine, policy } as const;
  try {
    const { machine } = await findMachine(machines, tenant, request.machine.id);
    if (machine === undefined) return { ...refused, error: machineNotFound().error };
    const call = rowOf(request).toRequest(request, machine.id);
    return { dryRun: true, machine: toResult(request, machine).machine, policy, request: call };
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error;
    return { ...refused, error: toOperationError(error) };
  }
}
