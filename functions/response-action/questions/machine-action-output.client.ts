import type { Clock } from '../../../shared/clock.ts';
import type { Operation, OperationOutput } from '../../../shared/contract/operation.ts';
import type { DefenderTenant } from '../../../shared/defender/hosts.ts';
import type { DefenderMachineActions } from '../../../shared/defender/machine-actions.client.ts';
import type { Documents } from '../../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { AskTenant } from './ask-tenant.client.ts';
import { outputsOf, toPackageLink, toResultLink } from './to-output.ts';
import type { OutputLink } from './to-output.ts';

/** What fetching output needs. */
export interface MachineActionOutputOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly askTenant: AskTenant;
  readonly machineActions: Pick<DefenderMachineActions, 'get' | 'getPackageUri' | 'getLiveResponseLink'>;
  readonly now: Clock;
}

/**
 * Makes the way to fresh links to what an action brought back, made on demand and kept nowhere; `undefined`: nothing. Throws what
 * `askTenant` throws.
 */
export function createMachineActionOutput(
  options: MachineActionOutputOptions,
): (operation: Operation) => Promise<OperationOutput['value'] | undefined> {
  return async ({ tenantId, result, upstream }) => {
    const id = upstream?.machineActionId;
    const action = result?.action;
    if (id === undefined || (action !== 'CollectInvestigationPackage' && action !== 'LiveResponse')) return undefined;
    const tenant = (await options.tenants.get(tenantId))?.document;
    if (tenant === undefined) return undefined;
    const links = await options.askTenant(tenant, () =>
      action === 'LiveResponse' ? readResults(options, tenant, id) : readPackage(options, tenant, id),
    );
    return links.length === 0 ? undefined : links;
  };
}

async function readPackage(
  { machineActions, now }: MachineActionOutputOptions,
  tenant: DefenderTenant,
  id: string,
): Promise<readonly OutputLink[]> {
  const uri = await machineActions.getPackageUri(tenant, id);
  return uri === undefined ? [] : [toPackageLink(uri, now())];
}

async function readResults(
  { machineActions, now }: MachineActionOutputOptions,
  tenant: DefenderTenant,
  id: string,
): Promise<readonly OutputLink[]> {
  const action = await machineActions.get(tenant, id);
  const links: OutputLink[] = [];
  for (const output of action === undefined ? [] : outputsOf(action)) {
    const uri = await machineActions.getLiveResponseLink(tenant, id, output.index);
    if (uri !== undefined) links.push(toResultLink(output, uri, now()));
  }
  return links;
}
