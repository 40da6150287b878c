import { ManagedIdentityCredential } from '@azure/identity';
import type { TokenCredential } from '@azure/identity';

/**
 * Who we are at home: the managed identity of the app, for its tables, its vault and as the federated credential of its
 * registration. One for the life of the process: it keeps its tokens. The platform's `IDENTITY_ENDPOINT` and
 * `IDENTITY_HEADER` say where it is asked for.
 */
export function createOwnCredential(settings: { readonly identityClientId?: string }): TokenCredential {
  const { identityClientId } = settings;
  return identityClientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId: identityClientId });
}
