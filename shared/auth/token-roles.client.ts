import { decodeJwt } from 'jose';
import type { JWTPayload } from 'jose';
import { toEndpoint } from '../defender/hosts.ts';
import type { DefenderService, DefenderTenant, EndpointSettings } from '../defender/hosts.ts';
import { UpstreamUnavailable } from '../errors.ts';
import type { TenantCredentials } from './tenant-credentials.client.ts';

/** The application roles that the tenant granted us, as the token says that the next call will be made with. Throws what `getToken` throws; a token that tells nothing is `UpstreamUnavailable`. */
export type ReadRoles = (tenant: DefenderTenant, service: DefenderService) => Promise<readonly string[]>;

/** Makes the reader of roles: asking costs nothing while a token is kept. */
export function createReadRoles(options: {
  readonly credentials: Pick<TenantCredentials, 'getToken'>;
  readonly endpoints: EndpointSettings;
}): ReadRoles {
  return async (tenant, service) => {
    const { scope } = toEndpoint(options.endpoints, service, tenant);
    const token = await options.credentials.getToken(tenant.tenantId, scope);
    const roles = rolesIn(token, tenant.tenantId);
    if (roles !== undefined) return roles;
    throw new UpstreamUnavailable('The token does not tell of its roles.', { retryAfterMs: 60_000 });
  };
}

/**
 * The roles of a token of ours, read and not verified: it came from the sign-in host itself, and only tells what to expect.
 * `undefined`: it is not of this tenant, or tells nothing.
 */
export function rolesIn(token: string, tenantId: string): readonly string[] | undefined {
  const { tid, roles } = claimsOf(token);
  if (tid !== tenantId) return undefined;
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
}

function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    // A token need not be readable for us: then it tells nothing.
    return {};
  }
}
