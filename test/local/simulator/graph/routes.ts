import { v1Issuer } from '../entra/access-token.ts';
import { graphAudiences } from '../entra/resources.ts';
import { isPartnerUserAgent } from '../http/partner-user-agent.ts';
import { route } from '../http/router.ts';
import { isGraphError, toGraphReply } from './errors.ts';
import type { DefenderContext } from '../defender/routes.ts';
import type { QuotaName } from '../defender/quotas.ts';
import type { Exchange, Parameters, Reply } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { Switches } from '../switches.ts';
import type { GraphError } from './errors.ts';

/** A request that has passed token, quota and role. */
export interface GraphCall {
  readonly exchange: Exchange;
  readonly parameters: Parameters;
  readonly tenantId: string;
  readonly applicationName: string;
  readonly nowMs: number;
  readonly switches: Switches;
}

export interface GraphOperation {
  readonly method: string;
  /** Beginning with the version segment. */
  readonly path: string;
  /** Any one of them. */
  readonly roles: readonly string[];
  readonly quota: QuotaName;
  readonly handle: (call: GraphCall) => Reply | GraphError;
}

interface GraphCaller {
  readonly tenantId: string;
  readonly clientId: string;
  readonly roles: readonly string[];
}

export function createGraphRoutes(context: DefenderContext, operations: readonly GraphOperation[]): readonly Route[] {
  return operations.map((operation) =>
    route(operation.method, operation.path, async (exchange, parameters) => {
      const caller = await authenticate(context, exchange);
      const result = isGraphError(caller) ? caller : perform(context, operation, { caller, exchange, parameters });
      return isGraphError(result) ? toGraphReply(result, exchange, context.clock.now()) : result;
    }),
  );
}

function perform(
  context: DefenderContext,
  operation: GraphOperation,
  {
    caller,
    exchange,
    parameters,
  }: { readonly caller: GraphCaller; readonly exchange: Exchange; readonly parameters: Parameters },
): Reply | GraphError {
  const switches = context.switches.get();
  if (switches.requirePartnerUserAgent && !isPartnerUserAgent(exchange)) {
    return { code: 'BadRequest', message: 'The User-Agent is not that of a partner.' };
  }
  const { tenantId, roles } = caller;
  const nowMs = context.clock.now();
  // The limit of hunting is one for all apps of the tenant.
  const clientId = operation.quota === 'huntingQueries' ? '*' : caller.clientId;
  const waitSeconds = context.rates.take(
    { tenantId, clientId, quota: operation.quota },
    { nowMs, isEnforced: switches.enforceRateLimits },
  );
  if (waitSeconds !== undefined) {
    const headers = { 'retry-after': String(waitSeconds) };
    return { code: 'TooManyRequests', message: 'The number of calls exceeds the quota of the tenant.', headers };
  }
  if (!operation.roles.some((role) => roles.includes(role))) {
    return { code: 'Forbidden', message: `Missing application roles: ${operation.roles.join(', ')}.` };
  }
  const applicationName = context.directory.application(caller.clientId)?.displayName ?? caller.clientId;
  return operation.handle({ exchange, parameters, tenantId, applicationName, nowMs, switches });
}

async function authenticate(context: DefenderContext, exchange: Exchange): Promise<GraphCaller | GraphError> {
  const unauthorized = (message: string): GraphError => ({
    ...{ code: 'InvalidAuthenticationToken', message, headers: { 'www-authenticate': 'Bearer' } },
  });
  const token = /^Bearer +(\S+)$/i.exec(exchange.headers.authorization ?? '')?.[1];
  const claims = token === undefined ? undefined : await context.signer.verify(token);
  if (!claims) return unauthorized('The access token is missing or invalid.');
  const nowSeconds = context.clock.now() / 1_000;
  if ((claims.exp ?? 0) <= nowSeconds || (claims.nbf ?? 0) > nowSeconds + 300) {
    return unauthorized('Lifetime validation failed, the token is expired.');
  }
  const tenantId = String(claims['tid']);
  const isOurs = graphAudiences.includes(String(claims.aud).replace(/\/$/, '')) && claims.iss === v1Issuer(tenantId);
  if (!isOurs || !context.directory.tenant(tenantId)) return unauthorized('Access token validation failure.');
  const roles = Array.isArray(claims['roles']) ? claims['roles'].map(String) : [];
  return { tenantId, clientId: String(claims['appid']), roles };
}
