import { json } from '../http/exchange.ts';
import { toAppClaims } from './access-token.ts';
import { authenticateClient } from './client-authentication.ts';
import { invalidClient, invalidRequest, isEntraError, toEntraReply } from './errors.ts';
import { findResource } from './resources.ts';
import type { Exchange, Handler, Reply } from '../http/exchange.ts';
import type { EntraContext } from './context.ts';
import type { Application } from './directory.ts';
import type { EntraError } from './errors.ts';
import type { Resource } from './resources.ts';

type Version = 'v1' | 'v2';

/** `POST /{tenant}/oauth2/token` (v1: `resource`) and `POST /{tenant}/oauth2/v2.0/token` (v2: `scope`), client credentials only. */
export function createTokenEndpoint(context: EntraContext, version: Version): Handler {
  return async (exchange, { tenant = '' }) => {
    const form = new URLSearchParams(exchange.body.toString('utf8'));
    const result = await issue(context, { tenantId: tenant.toLowerCase(), form, version, exchange });
    return 'reply' in result ? result.reply : toEntraReply(result, exchange, context.clock.now());
  };
}

interface TokenRequest {
  readonly tenantId: string;
  readonly form: URLSearchParams;
  readonly version: Version;
  readonly exchange: Exchange;
}

async function issue(context: EntraContext, request: TokenRequest): Promise<{ readonly reply: Reply } | EntraError> {
  const { tenantId, form, version } = request;
  const application = findClient(context, request);
  if (isEntraError(application)) return application;
  const proof = await authenticateClient(context, { application, form, audiences: audiencesOf(context, request) });
  if (isEntraError(proof)) return proof;
  const audience = readAudience(form, version);
  if (isEntraError(audience)) return audience;
  const resource = findAvailable(context, tenantId, audience.name);
  if (isEntraError(resource)) return resource;

  const claims = toAppClaims(context, {
    tenantId,
    application,
    resource,
    audience: audience.name,
    method: proof.method,
  });
  const lifetimeSeconds = context.switches.get().tokenLifetimeSeconds;
  const token = await context.signer.sign(claims, lifetimeSeconds);
  const expiresOn = Math.floor(context.clock.now() / 1_000) + lifetimeSeconds;
  const v1Fields = {
    expires_on: String(expiresOn),
    not_before: String(expiresOn - lifetimeSeconds),
    resource: audience.name,
  };
  const seconds = version === 'v1' ? String(lifetimeSeconds - 1) : lifetimeSeconds - 1;
  return {
    reply: json(200, {
      token_type: 'Bearer',
      expires_in: seconds,
      ext_expires_in: seconds,
      ...(version === 'v1' ? v1Fields : {}),
      access_token: token,
    }),
  };
}

function findClient(context: EntraContext, { tenantId, form }: TokenRequest): Application | EntraError {
  const tenant = context.directory.tenant(tenantId);
  if (!tenant) {
    const message = `Tenant '${tenantId}' not found. Check to make sure you have the correct tenant ID.`;
    return invalidRequest(90002, message);
  }
  if (form.get('grant_type') !== 'client_credentials') {
    const message = `The app requested an unsupported grant type '${form.get('grant_type') ?? ''}'.`;
    return { status: 400, error: 'unsupported_grant_type', code: 70003, message };
  }
  const clientId = form.get('client_id');
  if (!clientId) return invalidRequest(900144, "The request body must contain the following parameter: 'client_id'.");
  const application = context.directory.application(clientId);
  const isPresent = context.directory.servicePrincipal(tenantId, clientId) !== undefined;
  if (application && isPresent) return application;
  if (application && context.switches.get().missingServicePrincipal === 'AADSTS7000229') {
    const message = `The client application '${clientId}' is missing service principal in the tenant '${tenantId}'.`;
    return { ...invalidClient(7000229, message), error: 'unauthorized_client' };
  }
  const message = `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'.`;
  return { status: 400, error: 'unauthorized_client', code: 700016, message };
}

/** One resource only. The two versions refuse each other's parameter: v2 by name, v1 because `…/.default` names no resource. */
function readAudience(form: URLSearchParams, version: Version): { readonly name: string } | EntraError {
  if (version === 'v1') {
    const resource = form.get('resource');
    return resource
      ? { name: resource }
      : invalidRequest(900144, "The request body must contain the following parameter: 'resource'.");
  }
  if (form.has('resource')) return invalidRequest(901002, "The 'resource' request parameter isn't supported.");
  const scope = form.get('scope');
  if (!scope) return invalidRequest(900144, "The request body must contain the following parameter: 'scope'.");
  const name = /^(\S+)\/\.default$/.exec(scope.trim())?.[1];
  if (name) return { name };
  const message =
    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' " +
    `is not valid. The scope ${scope} is not valid.`;
  return { status: 400, error: 'invalid_scope', code: 70011, message };
}

/** 500011 for what nobody registered, and for Defender where the tenant holds no licence. */
function findAvailable(context: EntraContext, tenantId: string, name: string): Resource | EntraError {
  const resource = findResource(name, context.directory);
  const tenant = context.directory.tenant(tenantId);
  const isDefender = resource?.kind === 'defender' || resource?.kind === 'xdr';
  const isForeignApp =
    resource?.kind === 'application' &&
    context.directory.servicePrincipal(tenantId, resource.application.clientId) === undefined;
  if (resource && !(isDefender && !tenant?.isDefenderLicensed) && !isForeignApp && resource.kind !== 'tokenExchange') {
    return resource;
  }
  const message = `The resource principal named ${name} was not found in the tenant named ${tenant?.displayName ?? tenantId}.`;
  return { status: 400, error: 'invalid_resource', code: 500011, message };
}

function audiencesOf(context: EntraContext, { tenantId, exchange }: TokenRequest): readonly string[] {
  return [context.origin(), `https://${exchange.host}`].flatMap((origin) => [
    `${origin}/${tenantId}/oauth2/v2.0/token`,
    `${origin}/${tenantId}/oauth2/token`,
    `${origin}/${tenantId}/v2.0`,
  ]);
}
