import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { startSimulator } from './simulator.ts';
import type { SimulatorOptions } from './options.ts';
import type { Simulator } from './simulator.ts';

// Names and ids of the simulator's own tests.
export const homeTenantId = '11110000-0000-4000-8000-000000000001';
export const tenantId = '22220000-0000-4000-8000-000000000002';
export const otherTenantId = '22220000-0000-4000-8000-000000000003';
export const unlicensedTenantId = '22220000-0000-4000-8000-000000000004';
export const clientId = '33330000-0000-4000-8000-000000000003';
export const otherClientId = '33330000-0000-4000-8000-000000000004';
export const identityClientId = '44440000-0000-4000-8000-000000000004';
export const identityPrincipalId = '55550000-0000-4000-8000-00000000abcd';
export const clientSecret = 'not-a-secret';
export const defenderResource = 'https://api.securitycenter.microsoft.com';
export const defenderScope = `${defenderResource}/.default`;

/** A simulator on free ports that this process trusts. */
export async function startTestSimulator(changes: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const consent = { defender: ['Ti.ReadWrite.All', 'Alert.Read.All'], graph: ['ThreatHunting.Read.All'] };
  const simulator = await startSimulator({
    homeTenantId,
    application: { clientId, displayName: 'Partner App', secrets: [clientSecret] },
    managedIdentity: { clientId: identityClientId, principalId: identityPrincipalId },
    tenants: [
      { tenantId, consents: { [clientId]: consent, [otherClientId]: { defender: ['Ti.ReadWrite'] } } },
      { tenantId: otherTenantId, consents: { [clientId]: consent } },
      { tenantId: unlicensedTenantId, isDefenderLicensed: false, consents: { [clientId]: consent } },
    ],
    clients: [{ clientId: otherClientId, displayName: 'Other App', secrets: [clientSecret], appRoles: ['admin'] }],
    ...changes,
  });
  setDefaultCACertificates([...getCACertificates('default'), simulator.caPem]);
  return simulator;
}

export interface TokenForm {
  readonly tenantId?: string;
  readonly version?: 'v1' | 'v2';
  /** Over the fields of a valid request; `null` leaves one out. */
  readonly fields?: Readonly<Record<string, string | null>>;
}

export function requestToken(simulator: Simulator, form: TokenForm = {}): Promise<Response> {
  const isV1 = form.version === 'v1';
  const fields = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...(isV1 ? { resource: defenderResource } : { scope: defenderScope }),
    ...form.fields,
  };
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null) body.set(name, value);
  const path = isV1 ? 'oauth2/token' : 'oauth2/v2.0/token';
  return fetch(`${simulator.origin}/${form.tenantId ?? tenantId}/${path}`, { method: 'POST', body });
}

export async function getToken(simulator: Simulator, form: TokenForm = {}): Promise<string> {
  const response = await requestToken(simulator, form);
  const body = (await response.json()) as { readonly access_token?: string };
  if (body.access_token === undefined) throw new Error(`No token: ${JSON.stringify(body)}`);
  return body.access_token;
}
