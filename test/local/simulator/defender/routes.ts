import { defenderAudiences, xdrAudiences } from '../entra/resources.ts';
import { v1Issuer } from '../entra/access-token.ts';
import { isPartnerUserAgent } from '../http/partner-user-agent.ts';
import { route } from '../http/router.ts';
import { defenderError, isDefenderError, toDefenderReply } from './errors.ts';
import type { JWTPayload } from 'jose';
import type { EntraContext } from '../entra/context.ts';
import type { Exchange, Parameters, Reply } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { DefenderError } from './errors.ts';
import type { DefenderCall, DefenderOperation } from './operation.ts';
import type { RateWindows } from './rate-windows.ts';

export interface DefenderContext extends EntraContext {
  readonly rates: RateWindows;
}

/** Puts token, quota and role before every operation, with and without the version segment. */
export function createDefenderRoutes(
  context: DefenderContext,
  operations: readonly DefenderOperation[],
): readonly Route[] {
  return operations.flatMap((operation) =>
    [operation.path, operation.path.replace(/^\/api\//, '/api/v1.0/')].map((path) =>
      route(operation.method, path, async (exchange, parameters) => {
        const result = await perform(context, operation, { exchange, parameters });
        return isDefenderError(result) ? toDefenderReply(result, exchange) : result;
      }),
    ),
  );
}

async function perform(
  context: DefenderContext,
  operation: DefenderOperation,
  { exchange, parameters }: { readonly exchange: Exchange; readonly parameters: Parameters },
): Promise<Reply | DefenderError> {
  const switches = context.switches.get();
  if (switches.requirePartnerUserAgent && !isPartnerUserAgent(exchange)) {
    return defenderError('BadRequest', 'The User-Agent is not that of a partner.');
  }
  const claims = await authenticate(context, exchange);
  if (isDefenderError(claims)) return claims;
  const caller = { tenantId: String(claims['tid']), clientId: String(claims['appid']) };
  const nowMs = context.clock.now();
  const waitSeconds = context.rates.take(
    { ...caller, quota: operation.quota },
    { nowMs, isEnforced: switches.enforceRateLimits },
  );
  if (waitSeconds !== undefined) {
    return defenderError('TooManyRequests', 'API calls quota exceeded', { 'retry-after': String(waitSeconds) });
  }
  const roles = Array.isArray(claims['roles']) ? claims['roles'].map(String) : [];
  if (!operation.roles.some((role) => roles.includes(role))) {
    const message = `Missing application roles. API required roles: ${operation.roles.join(',')}, application roles: ${roles.join(',')}.`;
    return defenderError('Forbidden', message);
  }
  const applicationName = context.directory.application(caller.clientId)?.displayName ?? caller.clientId;
  const call: DefenderCall = { ...caller, exchange, parameters, applicationName, roles, nowMs, switches };
  return operation.handle(call);
}

/** Missing, forged or expired: 401; a token for the XDR host's audience: 403, as newest documentation warns; any other audience: 401. */
async function authenticate(context: DefenderContext, exchange: Exchange): Promise<JWTPayload | DefenderError> {
  const unauthorized = (message: string): DefenderError =>
    defenderError('Unauthorized', message, { 'www-authenticate': 'Bearer' });
  const token = /^Bearer +(\S+)$/i.exec(exchange.headers.authorization ?? '')?.[1];
  const claims = token === undefined ? undefined : await context.signer.verify(token);
  if (!claims) return unauthorized('The authorization header is missing or invalid.');
  const nowSeconds = context.clock.now() / 1_000;
  if ((claims.exp ?? 0) <= nowSeconds || (claims.nbf ?? 0) > nowSeconds + 300)
    return unauthorized('The token is expired.');
  const audience = String(claims.aud).replace(/\/$/, '');
  if (xdrAudiences.includes(audience)) return defenderError('Forbidden', 'The token is for another audience.');
  const tenantId = String(claims['tid']);
  const isOurs = defenderAudiences.includes(audience) && claims.iss === v1Issuer(tenantId);
  if (!isOurs) return unauthorized('The audience or the issuer of the token is wrong.');
  if (!context.directory.tenant(tenantId)) return unauthorized('The tenant does not exist.');
  return claims;
}
