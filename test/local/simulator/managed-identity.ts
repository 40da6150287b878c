import { v1Issuer, v2Issuer } from './entra/access-token.ts';
import { findResource } from './entra/resources.ts';
import { json } from './http/exchange.ts';
import { route } from './http/router.ts';
import type { EntraContext } from './entra/context.ts';
import type { Handler, Reply } from './http/exchange.ts';
import type { Route } from './http/router.ts';
import type { Claims } from './entra/tokens.ts';

const lifetimeSeconds = 86_400;
const apiVersion = '2019-08-01';

/** The endpoint inside an App Service app: `GET /msi/token?api-version=…&resource=…&client_id=…`, header `X-IDENTITY-HEADER`. */
export function managedIdentityRoutes(context: EntraContext, identityHeader: string): readonly Route[] {
  return [route('GET', '/msi/token', issueToken(context, identityHeader))];
}

function issueToken(context: EntraContext, identityHeader: string): Handler {
  return async (exchange) => {
    const { managedIdentity } = context.directory;
    if (exchange.headers['x-identity-header'] !== identityHeader)
      return failure(401, 'The identity header is missing or wrong.');
    if (exchange.query.get('api-version') !== apiVersion) return failure(400, `api-version must be ${apiVersion}.`);
    if (exchange.query.get('client_id')?.toLowerCase() !== managedIdentity.clientId.toLowerCase()) {
      return failure(
        400,
        'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
      );
    }
    const resource = exchange.query.get('resource') ?? '';
    const kind = findResource(resource, context.directory)?.kind;
    if (!kind) {
      const tenantId = context.directory.homeTenantId;
      return failure(
        400,
        `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${tenantId}.`,
      );
    }
    const claims = toClaims(context, resource, kind === 'tokenExchange' || kind === 'application');
    return json(200, {
      access_token: await context.signer.sign(claims, lifetimeSeconds),
      client_id: managedIdentity.clientId,
      expires_on: String(Math.floor(context.clock.now() / 1_000) + lifetimeSeconds),
      not_before: String(Math.floor(context.clock.now() / 1_000)),
      resource,
      token_type: 'Bearer',
    });
  };
}

/** `sub` is the identity's principal id: what a federated credential names as its subject. */
function toClaims(context: EntraContext, resource: string, isV2: boolean): Claims {
  const { homeTenantId, managedIdentity } = context.directory;
  const { clientId, principalId } = managedIdentity;
  const common = { aud: resource, oid: principalId, sub: principalId, tid: homeTenantId, idtyp: 'app' };
  return isV2
    ? { ...common, iss: v2Issuer(context, homeTenantId), azp: clientId, azpacr: '2', ver: '2.0' }
    : {
        ...common,
        iss: v1Issuer(homeTenantId),
        appid: clientId,
        appidacr: '2',
        idp: v1Issuer(homeTenantId),
        ver: '1.0',
      };
}

function failure(statusCode: number, message: string): Reply {
  return json(statusCode, { statusCode, message, correlationId: '' });
}
