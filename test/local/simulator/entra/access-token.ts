import { objectIdOf } from './directory.ts';
import type { EntraContext } from './context.ts';
import type { Application } from './directory.ts';
import type { Resource } from './resources.ts';
import type { Claims } from './tokens.ts';

export interface Grant {
  readonly tenantId: string;
  readonly application: Application;
  readonly resource: Resource;
  /** As it was asked for. */
  readonly audience: string;
  /** `1` secret, `2` certificate or assertion. */
  readonly method: '1' | '2';
}

/** Claims of an app's token: the v2.0 format for registered apps, which ask for it, and the v1.0 format for Microsoft's resources. */
export function toAppClaims(context: EntraContext, grant: Grant): Claims {
  return grant.resource.kind === 'application' ? toV2Claims(context, grant) : toV1Claims(context, grant);
}

export function v1Issuer(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

export function v2Issuer(context: EntraContext, tenantId: string): string {
  return `${context.origin()}/${tenantId}/v2.0`;
}

function toV1Claims(context: EntraContext, { tenantId, application, resource, audience, method }: Grant): Claims {
  const objectId = objectIdOf(tenantId, application.clientId);
  const consented = context.directory.servicePrincipal(tenantId, application.clientId) ?? {};
  const roles =
    resource.kind === 'defender' || resource.kind === 'graph' || resource.kind === 'xdr'
      ? consented[resource.kind]
      : [];
  return {
    aud: audience,
    iss: v1Issuer(tenantId),
    appid: application.clientId,
    appidacr: method,
    idp: v1Issuer(tenantId),
    oid: objectId,
    sub: objectId,
    tid: tenantId,
    ...(roles && roles.length > 0 ? { roles } : {}),
    ver: '1.0',
  };
}

function toV2Claims(context: EntraContext, { tenantId, application, resource, method }: Grant): Claims {
  const objectId = objectIdOf(tenantId, application.clientId);
  const isPartnerApp = resource.kind === 'application' && resource.application.clientId === context.directory.clientId;
  const roles = isPartnerApp ? application.appRoles : [];
  return {
    aud: resource.kind === 'application' ? resource.application.clientId : '',
    iss: v2Issuer(context, tenantId),
    azp: application.clientId,
    azpacr: method,
    oid: objectId,
    sub: objectId,
    tid: tenantId,
    idtyp: 'app',
    ...(roles.length > 0 ? { roles } : {}),
    ver: '2.0',
  };
}
