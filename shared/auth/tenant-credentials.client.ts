import { ClientAssertionCredential, ClientCertificateCredential, ClientSecretCredential } from '@azure/identity';
import type { ClientAssertionCredentialOptions, TokenCredential } from '@azure/identity';
import { TenantSuspended, UpstreamUnavailable } from '../errors.ts';
import { orAbort } from '../or-abort.ts';
import { isMicrosoftAuthority, toExchangeScope } from './clouds.ts';
import type { ReadSecret } from './key-vault.client.ts';
import { toSignInCodes, toSignInFailure } from './sign-in-failure.ts';

/** Who we are in customers' tenants, and where we sign in. */
export interface EntraSettings {
  readonly authorityHost: string;
  /** The application (client) id of the partner's registration. */
  readonly clientId: string;
  readonly credential: 'federated' | 'certificate' | 'secret';
}

/** The secrets that the fallbacks read from Key Vault: certificate and private key as PEM, or a client secret. */
export const credentialSecretNames = { certificate: 'entra-app-certificate', secret: 'entra-app-secret' } as const;

/** Tokens for customers' tenants. */
export interface TenantCredentials {
  /**
   * A token of ours in a tenant, kept until shortly before it ends. Throws `TenantSuspended` when the tenant lets us in no
   * more, or is not one of ours; `UpstreamUnavailable` when Entra, the identity or the vault fails.
   */
  readonly getToken: (tenantId: string, scope: string) => Promise<string>;
  /** Drops what is kept of a tenant: the next call signs in anew. After a 401, a new consent, or its removal. */
  readonly forget: (tenantId: string) => void;
}

/** What the credentials are made of. `ownCredential` is the app's managed identity (federated); `readSecret` the vault. */
export interface TenantCredentialsOptions {
  readonly settings: EntraSettings;
  readonly isKnownTenant: (tenantId: string) => Promise<boolean>;
  readonly ownCredential: TokenCredential;
  readonly readSecret: ReadSecret;
}

/** A sign-in that takes longer is given up, so that nobody after it waits for the same one. */
const signInTimeoutMs = 20_000;

/** One credential per tenant (each keeps its own tokens), and one sign-in at a time per tenant and scope. */
export function createTenantCredentials(options: TenantCredentialsOptions): TenantCredentials {
  const credentials = new Map<string, TenantCredential>();
  const signIns = new Map<string, Promise<string>>();

  const forget = (tenantId: string): void => {
    credentials.delete(tenantId);
    for (const key of signIns.keys()) if (key.startsWith(`${tenantId}|`)) signIns.delete(key);
  };

  const signIn = async (tenantId: string, scope: string): Promise<string> => {
    if (!(await options.isKnownTenant(tenantId))) {
      forget(tenantId);
      throw new TenantSuspended(tenantId, 'unknown_tenant');
    }
    const credential = credentials.get(tenantId) ?? createTenantCredential(options, tenantId);
    credentials.set(tenantId, credential);
    try {
      const token = await orAbort(
        credential.ready.then((ready) => ready.getToken(scope)),
        AbortSignal.timeout(signInTimeoutMs),
      );
      if (token !== null) return token.token;
      throw new Error('The sign-in gave no token.');
    } catch (error) {
      // A certificate or secret may have been replaced, and a client library may have remembered the failure: begin anew.
      if (credentials.get(tenantId) === credential) credentials.delete(tenantId);
      throw error instanceof UpstreamUnavailable ? error : toSignInFailure(tenantId, error, credential.refusedWith);
    }
  };

  return {
    forget,
    getToken: async (tenantId, scope) => {
      const key = `${tenantId}|${scope}`;
      const running = signIns.get(key) ?? signIn(tenantId, scope);
      signIns.set(key, running);
      try {
        return await running;
      } finally {
        if (signIns.get(key) === running) signIns.delete(key);
      }
    },
  };
}

interface TenantCredential {
  readonly ready: Promise<TokenCredential>;
  /** The AADSTS numbers of every refusal that this credential met. */
  readonly refusedWith: readonly number[];
}

/**
 * At a host that is not Microsoft's the library asks for the tenant's metadata first, and does not tell why there is none:
 * an unknown tenant looks like an outage to it. So the answers are read as they pass.
 */
function createTenantCredential(options: TenantCredentialsOptions, tenantId: string): TenantCredential {
  const refusedWith: number[] = [];
  const policy: AnswerPolicy = {
    name: 'refusals',
    sendRequest: async (request, next) => {
      const answer = await next(request);
      if (answer.status === 400) refusedWith.push(...toSignInCodes(new Error(answer.bodyAsText ?? '')));
      return answer;
    },
  };
  return { ready: createCredential(options, tenantId, policy), refusedWith };
}

type AnswerPolicy = NonNullable<ClientAssertionCredentialOptions['additionalPolicies']>[number]['policy'];

async function createCredential(
  options: TenantCredentialsOptions,
  tenantId: string,
  policy: AnswerPolicy,
): Promise<TokenCredential> {
  const { authorityHost, clientId, credential } = options.settings;
  const more = {
    authorityHost,
    additionalPolicies: [{ policy, position: 'perCall' as const }],
    disableInstanceDiscovery: !isMicrosoftAuthority(authorityHost),
    retryOptions: { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2_000 },
  };
  switch (credential) {
    case 'federated': {
      const scope = toExchangeScope(authorityHost);
      return new ClientAssertionCredential(tenantId, clientId, () => assertion(options.ownCredential, scope), more);
    }
    case 'certificate': {
      const name = credentialSecretNames.certificate;
      const certificate = await secretOf(options, name);
      if (!certificate.includes('-----BEGIN CERTIFICATE-----')) {
        throw new UpstreamUnavailable(`Key Vault's ${name} is not PEM (content type application/x-pem-file).`, later);
      }
      return new ClientCertificateCredential(tenantId, clientId, { certificate }, more);
    }
    case 'secret':
      return new ClientSecretCredential(
        tenantId,
        clientId,
        await secretOf(options, credentialSecretNames.secret),
        more,
      );
  }
}

/** Asked for at every sign-in, kept tokens included: cheap, since the identity keeps its own. */
async function assertion(ownCredential: TokenCredential, scope: string): Promise<string> {
  const token = await ownCredential.getToken(scope);
  if (token === null) throw new Error('The managed identity gave no token.');
  return token.token;
}

async function secretOf({ readSecret }: TenantCredentialsOptions, name: string): Promise<string> {
  const value = await readSecret(name);
  if (value !== undefined && value !== '') return value;
  throw new UpstreamUnavailable(`Key Vault has no secret ${name}.`, later);
}

/** Somebody has to put it there first. */
const later = { retryAfterMs: 60_000 };
