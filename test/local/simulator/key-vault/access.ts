import { v1Issuer } from '../entra/access-token.ts';
import { vaultAudience } from '../entra/resources.ts';
import { json } from '../http/exchange.ts';
import type { EntraContext } from '../entra/context.ts';
import type { Exchange, Handler, Reply } from '../http/exchange.ts';

/** Key Vault's error shape. */
export function vaultError(status: number, code: string, message: string, innerCode?: string): Reply {
  return json(status, {
    error: { code, message, ...(innerCode === undefined ? {} : { innererror: { code: innerCode } }) },
  });
}

/** No such secret, or none of that version. */
export function secretNotFound(name: string, version?: string): Reply {
  const what = version === undefined ? name : `${name}/${version}`;
  const message = `A secret with (name/id) ${what} was not found in this key vault.`;
  return vaultError(404, 'SecretNotFound', message);
}

export interface VaultAccess {
  readonly context: EntraContext;
  /** Client or principal ids that may write. */
  readonly officers: readonly string[];
}

/** The managed identity and the officers read; only officers write. Without a fitting token: the challenge that names authority and resource. */
export function withAccess(access: VaultAccess, need: 'read' | 'write', handle: Handler): Handler {
  return async (exchange, parameters) => {
    const caller = await authenticate(access.context, exchange);
    if (!caller) return challenge(access.context);
    const isOfficer = caller.some((id) => access.officers.includes(id));
    const isReader = isOfficer || caller.includes(access.context.directory.managedIdentity.principalId);
    if (need === 'write' ? isOfficer : isReader) return handle(exchange, parameters);
    const message = 'Caller is not authorized to perform action on resource.';
    return vaultError(403, 'Forbidden', message, 'ForbiddenByRbac');
  };
}

/** The ids that the caller goes by: client id and object id. */
async function authenticate(context: EntraContext, exchange: Exchange): Promise<readonly string[] | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(exchange.headers.authorization ?? '')?.[1];
  const claims = token === undefined ? undefined : await context.signer.verify(token);
  const isFitting =
    claims !== undefined &&
    claims.aud === vaultAudience &&
    claims.iss === v1Issuer(context.directory.homeTenantId) &&
    (claims.exp ?? 0) > context.clock.now() / 1_000;
  return isFitting ? [String(claims['appid']), String(claims['oid'])] : undefined;
}

function challenge(context: EntraContext): Reply {
  const authority = `${context.origin()}/${context.directory.homeTenantId}`;
  const headers = { 'www-authenticate': `Bearer authorization="${authority}", resource="${vaultAudience}"` };
  return { ...vaultError(401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.'), headers };
}
