/** Microsoft's sign-in hosts, with the audience under which each takes a managed identity's token as a federated credential. */
const exchangeAudiences: ReadonlyMap<string, string> = new Map([
  ['login.microsoftonline.com', 'api://AzureADTokenExchange'],
  ['login.microsoft.com', 'api://AzureADTokenExchange'],
  ['login.windows.net', 'api://AzureADTokenExchange'],
  ['login.microsoftonline.us', 'api://AzureADTokenExchangeUSGov'],
  ['login.partner.microsoftonline.cn', 'api://AzureADTokenExchangeChina'],
  ['login.chinacloudapi.cn', 'api://AzureADTokenExchangeChina'],
]);

const vaultHosts = ['.vault.azure.net', '.vault.usgovcloudapi.net', '.vault.azure.cn', '.managedhsm.azure.net'];

/** Whether this is a sign-in host of Microsoft's. Of any other one, Microsoft's instance discovery knows nothing. */
export function isMicrosoftAuthority(authorityHost: string): boolean {
  return exchangeAudiences.has(new URL(authorityHost).hostname);
}

/**
 * The scope of the managed identity's token that is shown at this sign-in host as a federated credential.
 * Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity.
 */
export function toExchangeScope(authorityHost: string): string {
  return `${exchangeAudiences.get(new URL(authorityHost).hostname) ?? 'api://AzureADTokenExchange'}/.default`;
}

/** Whether this is a vault of Microsoft's, whose sign-in challenge names its own domain. */
export function isMicrosoftVault(vaultUrl: string): boolean {
  const { hostname } = new URL(vaultUrl);
  return vaultHosts.some((suffix) => hostname.endsWith(suffix));
}
