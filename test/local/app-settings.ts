import { world } from './demo-world.ts';

/** Where the stand-ins of one run are. */
export interface Addresses {
  readonly appOrigin: string;
  readonly simulatorOrigin: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  readonly caFile: string;
  readonly tablesConnectionString: string;
  /** Origins that feeds and callbacks may have although they are not public. */
  readonly allowedOrigins: readonly string[];
}

/** The app's settings, as the function app has them in Azure: only the addresses differ. */
export function toAppSettings(at: Addresses): Record<string, string> {
  return {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    NODE_EXTRA_CA_CERTS: at.caFile,
    ENTRA_AUTHORITY_HOST: at.simulatorOrigin,
    ENTRA_CLIENT_ID: world.appClientId,
    ENTRA_HOME_TENANT_ID: world.homeTenantId,
    ENTRA_IDENTITY_CLIENT_ID: world.identity.clientId,
    DEFENDER_API_URL: at.simulatorOrigin,
    GRAPH_API_URL: at.simulatorOrigin,
    KEY_VAULT_URL: at.simulatorOrigin,
    STATE_TABLES_CONNECTION_STRING: at.tablesConnectionString,
    PUBLIC_URL: at.appOrigin,
    EGRESS_ALLOWED_ORIGINS: at.allowedOrigins.join(','),
    IDENTITY_ENDPOINT: at.identityEndpoint,
    IDENTITY_HEADER: at.identityHeader,
  };
}
