import { randomUUID } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { vi } from 'vitest';
import { createDefender } from '../../shared/defender/request.client.ts';
import { createBudgets } from '../../shared/defender/budgets.store.ts';
import type { Budgets } from '../../shared/defender/budgets.store.ts';
import type { Defender } from '../../shared/defender/call.ts';
import type { EndpointSettings } from '../../shared/defender/hosts.ts';
import { createOwnCredential } from '../../shared/auth/own-credential.client.ts';
import { createReadSecret, openVault } from '../../shared/auth/key-vault.client.ts';
import { createTenantCredentials } from '../../shared/auth/tenant-credentials.client.ts';
import type { EntraSettings, TenantCredentials } from '../../shared/auth/tenant-credentials.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { startSimulator } from '../local/simulator/simulator.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import type { SimulatorOptions } from '../local/simulator/options.ts';

/** The ids of the world that tests are in. */
export const world = {
  homeTenantId: '6f1c0000-0000-4000-8000-000000000001',
  tenantId: '6f1c0000-0000-4000-8000-00000000a001',
  otherTenantId: '6f1c0000-0000-4000-8000-00000000a002',
  clientId: '0b7c0000-0000-4000-8000-0000000000aa',
  identityClientId: '0b7c0000-0000-4000-8000-0000000000bb',
  principalId: '5d100000-0000-4000-8000-0000000000cc',
  userAgent: 'MdePartner-Contoso-Cognito/1.0.0',
  defenderScope: 'https://api.securitycenter.microsoft.com/.default',
  graphScope: 'https://graph.microsoft.com/.default',
} as const;

/**
 * Starts the simulator on free ports, trusted by this process, which also becomes a host with a managed identity. One per
 * test file: the SDK keeps the identity's tokens for the life of the process.
 */
export async function startMicrosoft(changes: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const consent = { defender: ['Ti.ReadWrite.All'], graph: ['ThreatHunting.Read.All'] };
  const simulator = await startSimulator({
    homeTenantId: world.homeTenantId,
    application: { clientId: world.clientId },
    managedIdentity: { clientId: world.identityClientId, principalId: world.principalId },
    tenants: [world.tenantId, world.otherTenantId].map((tenantId) => ({
      tenantId,
      consents: { [world.clientId]: consent },
    })),
    switches: { requirePartnerUserAgent: true },
    ...changes,
  });
  setDefaultCACertificates([...getCACertificates('default'), simulator.caPem]);
  vi.stubEnv('IDENTITY_ENDPOINT', simulator.identityEndpoint);
  vi.stubEnv('IDENTITY_HEADER', simulator.identityHeader);
  return simulator;
}

/** Where a deployment that talks to the simulator alone would talk to. */
export function endpointsOf(simulator: Pick<Simulator, 'origin'>): EndpointSettings {
  return {
    defender: { apiUrl: simulator.origin, tokenScope: world.defenderScope },
    graph: { apiUrl: simulator.origin, tokenScope: world.graphScope },
  };
}

/** Our credentials in the simulator's tenants, all of them registered. */
export function credentialsAt(
  simulator: Pick<Simulator, 'origin'>,
  credential: EntraSettings['credential'] = 'federated',
): TenantCredentials {
  const ownCredential = createOwnCredential({ identityClientId: world.identityClientId });
  return createTenantCredentials({
    settings: { authorityHost: simulator.origin, clientId: world.clientId, credential },
    isKnownTenant: () => Promise.resolve(true),
    ownCredential,
    readSecret: createReadSecret(openVault(simulator.origin, ownCredential), Date.now),
  });
}

/** The real way to the simulated Defender: real credentials, budgets in real tables, no waiting between tries. */
export function defenderAt(simulator: Simulator, tables: Tables): Defender {
  return createDefender({
    endpoints: endpointsOf(simulator),
    userAgent: world.userAgent,
    credentials: credentialsAt(simulator),
    budgets: budgetsIn(tables, simulator.control.clock.now),
    now: simulator.control.clock.now,
    random: Math.random,
    sleep: () => Promise.resolve(),
  });
}

/** Budgets that do not wait between two tries of a write. */
export function budgetsIn(tables: Tables, now: () => number): Budgets {
  return createBudgets({
    table: tables('budgets'),
    now,
    random: Math.random,
    sleep: () => Promise.resolve(),
    newId: randomUUID,
  });
}
