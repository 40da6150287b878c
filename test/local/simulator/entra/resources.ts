import type { Application, Directory } from './directory.ts';

/** What a token can be for. `tokenExchange` is the audience of federated credentials. */
export type Resource =
  | { readonly kind: 'defender' | 'graph' | 'xdr' | 'vault' | 'storage' | 'tokenExchange' }
  | { readonly kind: 'application'; readonly application: Application };

export const defenderAudiences: readonly string[] = [
  'https://api.securitycenter.microsoft.com',
  'https://api.securitycenter.windows.com',
  'https://securitycenter.onmicrosoft.com/windowsatpservice',
  'https://api-gcc.securitycenter.microsoft.us',
  'https://api-gov.securitycenter.microsoft.us',
  'fc780465-2017-40d4-a0c5-307022471b92',
];
export const graphAudiences: readonly string[] = [
  'https://graph.microsoft.com',
  'https://graph.microsoft.us',
  'https://dod-graph.microsoft.us',
  '00000003-0000-0000-c000-000000000000',
];
export const xdrAudiences: readonly string[] = [
  'https://api.security.microsoft.com',
  '8ee8fdad-f234-4243-8f3b-15c294843740',
];
export const vaultAudience = 'https://vault.azure.net';
const storageAudience = 'https://storage.azure.com';
export const tokenExchangeAudience = 'api://AzureADTokenExchange';

/** The resource that an identifier names; one slash at its end makes no difference. */
export function findResource(identifier: string, directory: Directory): Resource | undefined {
  const name = identifier.replace(/\/$/, '');
  if (defenderAudiences.includes(name)) return { kind: 'defender' };
  if (graphAudiences.includes(name)) return { kind: 'graph' };
  if (xdrAudiences.includes(name)) return { kind: 'xdr' };
  if (name === vaultAudience) return { kind: 'vault' };
  if (name === storageAudience) return { kind: 'storage' };
  if (name === tokenExchangeAudience) return { kind: 'tokenExchange' };
  const application = directory.application(name.replace(/^api:\/\//, ''));
  return application ? { kind: 'application', application } : undefined;
}
