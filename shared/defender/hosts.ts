/** Microsoft's clouds, in the contract's words. */
export type Cloud = 'Commercial' | 'Gcc' | 'GccHigh' | 'DoD';

/** A customer's tenant as far as it decides where a call goes. `region` is the prefix of a geo host, commercial only. */
export interface DefenderTenant {
  readonly tenantId: string;
  readonly cloud: Cloud;
  readonly region?: string | undefined;
}

/** Where the deployment talks to: base URLs that the paths of Microsoft's documentation are appended to, and scopes ending in `/.default`. */
export interface EndpointSettings {
  readonly defenderApiUrl: string;
  readonly defenderTokenScope: string;
  readonly graphApiUrl: string;
  readonly graphTokenScope: string;
}

/** The two services that we call in a tenant. */
export type DefenderService = 'defender' | 'graph';

/** One service's address (without a slash at its end) and the scope of its token: Microsoft does not derive one from the other. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly scope: string;
}

/** The commercial cloud, and what a deployment gets that sets nothing. */
export const commercialEndpoints: EndpointSettings = {
  defenderApiUrl: 'https://api.security.microsoft.com',
  defenderTokenScope: 'https://api.securitycenter.microsoft.com/.default',
  graphApiUrl: 'https://graph.microsoft.com',
  graphTokenScope: 'https://graph.microsoft.com/.default',
};

const governmentDefender: Readonly<Record<Exclude<Cloud, 'Commercial'>, string>> = {
  Gcc: 'https://api-gcc.securitycenter.microsoft.us',
  GccHigh: 'https://api-gov.securitycenter.microsoft.us',
  DoD: 'https://api-gov.securitycenter.microsoft.us',
};

const governmentGraph: Readonly<Record<Exclude<Cloud, 'Commercial'>, string>> = {
  Gcc: commercialEndpoints.graphApiUrl,
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

function toDefender(settings: EndpointSettings, { cloud, region }: DefenderTenant): Endpoint {
  const isDefaultHost = toBaseUrl(settings.defenderApiUrl) === commercialEndpoints.defenderApiUrl;
  if (cloud === 'Commercial') {
    const geoHost = `https://${region}.${new URL(commercialEndpoints.defenderApiUrl).host}`;
    const baseUrl = isDefaultHost && region !== undefined ? geoHost : toBaseUrl(settings.defenderApiUrl);
    return { baseUrl, scope: settings.defenderTokenScope };
  }
  const host = governmentDefender[cloud];
  const isDefaultScope = settings.defenderTokenScope === commercialEndpoints.defenderTokenScope;
  return {
    baseUrl: isDefaultHost ? host : toBaseUrl(settings.defenderApiUrl),
    scope: isDefaultHost && isDefaultScope ? `${host}/.default` : settings.defenderTokenScope,
  };
}

function toGraph(settings: EndpointSettings, { cloud }: DefenderTenant): Endpoint {
  const isDefault = toBaseUrl(settings.graphApiUrl) === commercialEndpoints.graphApiUrl;
  if (!isDefault || cloud === 'Commercial') {
    return { baseUrl: toBaseUrl(settings.graphApiUrl), scope: settings.graphTokenScope };
  }
  return { baseUrl: governmentGraph[cloud], scope: `${governmentGraph[cloud]}/.default` };
}

function toBaseUrl(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}
