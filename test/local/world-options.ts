import { readFileSync } from 'node:fs';
import { world } from './demo-world.ts';
import type { SimulatorOptions } from './simulator/options.ts';

interface Permissions {
  readonly mde: { readonly roles: Readonly<Record<string, string>> };
  readonly graph: { readonly roles: Readonly<Record<string, string>>; readonly rolesByName: readonly string[] };
}

/** What the simulator is told: the partner's app, its identity, an administrator, and customers that consented to all it asks for. */
export function toSimulatorOptions(): Omit<SimulatorOptions, 'port' | 'identityPort' | 'caFile'> {
  const permissions = JSON.parse(
    readFileSync(new URL('../../infra/permissions.json', import.meta.url), 'utf8'),
  ) as Permissions;
  const { mde, graph } = permissions;
  const roles = { defender: Object.keys(mde.roles), graph: [...Object.keys(graph.roles), ...graph.rolesByName] };
  return {
    homeTenantId: world.homeTenantId,
    application: {
      clientId: world.appClientId,
      displayName: 'Contoso Cognito for Microsoft Defender',
      requiredRoles: roles,
    },
    managedIdentity: world.identity,
    tenants: world.tenants.map((tenant) => ({ ...tenant, consents: { [world.appClientId]: roles } })),
    vaultOfficers: [world.admin.clientId],
    clients: [
      {
        clientId: world.admin.clientId,
        displayName: 'Administrator of the local run',
        secrets: [world.admin.secret],
        appRoles: ['admin'],
      },
    ],
  };
}
