import type { Cloud, Region } from '../contract/tenant.ts';

/** A customer's tenant as far as it decides where a call goes: a tenant document fits. `region` is the prefix of a geo host. */
export interface DefenderTenant {
  readonly tenantId: string;
  readonly cloud: Cloud;
  readonly region?: Region | undefined;
}

/** Where the deployment talks to: base URLs that the paths of Microsoft's documentation are appended to, and scopes ending in `/.default`. */
export interface EndpointSettings {
  readonly defender: { readonly apiUrl: string; readonly tokenScope: string };
  readonly graph: { readonly apiUrl: string; readonly tokenScope: string };
}

/** The two services that we call in a tenant. */
export type DefenderService = 'defender' | 'graph';

/** One service's address (without a slash at its end) and the scope of its token: Microsoft does not derive one from the other. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly scope: string;
}

/** The commercial cloud: what a deployment gets that sets nothing. */
export const commercialEndpoints = {
  defender: {
    apiUrl: 'https://api.security.microsoft.com',
    tokenScope: 'https://api.securitycenter.microsoft.com/.default',
  },
  graph: { apiUrl: 'https://graph.microsoft.com', tokenScope: 'https://graph.microsoft.com/.default' },
} as const satisfies EndpointSettings;

const governmentDefender: Readonly<Record<Exclude<Cloud, 'Commercial'>, string>> = {
  Gcc: 'https://api-gcc.securitycenter.microsoft.us',
  GccHigh: 'https://api-gov.securitycenter.microsoft.us',
  DoD: 'https://api-gov.securitycenter.microsoft.us',
};

const governmentGraph: Readonly<Record<Exclude<Cloud, 'Commercial'>, string>> = {
  Gcc: commercialEndpoints.graph.apiUrl,
  GccHigh: 'https://graph.microsoft.us',
  DoD: 'https://dod-graph.microsoft.us',
};

/**
 * Where calls for a tenant go. A setting that is not the commercial default always wins (another cloud, a simulator);
 * with the default, the tenant's cloud and region choose among Microsoft's hosts.
 * Source: https://learn.microsoft.com/defender-endpoint/gov (clouds) and .../api/exposed-apis-list (geo hosts).
 */
export function toEndpoint(settings: EndpointSettings, service: DefenderService, tenant: DefenderTenant): Endpoint {
  return service === 'defender' ? toDefender(settings, tenant) : toGraph(settings, tenant);
}

function toDefender({ defender }: EndpointSettings, { cloud, region }: DefenderTenant): Endpoint {
  const isDefaultHost = toBaseUrl(defender.apiUrl) === commercialEndpoints.defender.apiUrl;
  if (cloud === 'Commercial') {
    const geoHost = `https://${region}.${new URL(commercialEndpoints.defender.apiUrl).host}`;
    const baseUrl = isDefaultHost && region !== undefined ? geoHost : toBaseUrl(defender.apiUrl);
    return { baseUrl, scope: defender.tokenScope };
  }
  const host = governmentDefender[cloud];
  const isDefaultScope = defender.tokenScope === commercialEndpoints.defender.tokenScope;
  return {
    baseUrl: isDefaultHost ? host : toBaseUrl(defender.apiUrl),
    scope: isDefaultHost && isDefaultScope ? `${host}/.default` : defender.tokenScope,
  };
}

function toGraph({ graph }: EndpointSettings, { cloud }: DefenderTenant): Endpoint {
  const isDefault = toBaseUrl(graph.apiUrl) === commercialEndpoints.graph.apiUrl;
  if (!isDefault || cloud === 'Commercial') {
    return { baseUrl: toBaseUrl(graph.apiUrl), scope: graph.tokenScope };
  }
  return { baseUrl: governmentGraph[cloud], scope: `${governmentGraph[cloud]}/.default` };
}

function toBaseUrl(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}
