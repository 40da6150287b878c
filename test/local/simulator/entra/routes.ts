import { json } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { v1Issuer } from './access-token.ts';
import { createAdminConsent } from './admin-consent.ts';
import { invalidRequest, toEntraReply } from './errors.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import type { Handler } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { EntraContext } from './context.ts';

const anyTenant = ['common', 'organizations'];

export function entraRoutes(context: EntraContext): readonly Route[] {
  return [
    route('POST', '/{tenant}/oauth2/v2.0/token', createTokenEndpoint(context, 'v2')),
    route('POST', '/{tenant}/oauth2/token', createTokenEndpoint(context, 'v1')),
    route('GET', '/{tenant}/v2.0/.well-known/openid-configuration', discovery(context, 'v2')),
    route('GET', '/{tenant}/.well-known/openid-configuration', discovery(context, 'v1')),
    route('GET', '/{tenant}/discovery/v2.0/keys', () => json(200, context.signer.jwks)),
    route('GET', '/{tenant}/discovery/keys', () => json(200, context.signer.jwks)),
    route('GET', '/common/discovery/instance', instanceDiscovery(context)),
    route('GET', '/{tenant}/v2.0/adminconsent', createAdminConsent(context, 'v2')),
    route('GET', '/{tenant}/adminconsent', createAdminConsent(context, 'v1')),
  ];
}

function discovery(context: EntraContext, version: 'v1' | 'v2'): Handler {
  return (exchange, { tenant = '' }) => {
    const isAny = anyTenant.includes(tenant.toLowerCase());
    if (!isAny && !context.directory.tenant(tenant)) {
      return toEntraReply(invalidRequest(90002, `Tenant '${tenant}' not found.`), exchange, context.clock.now());
    }
    const base = `${context.origin()}/${tenant.toLowerCase()}`;
    const issuerTenant = isAny ? '{tenantid}' : tenant.toLowerCase();
    return json(200, {
      issuer: version === 'v2' ? `${context.origin()}/${issuerTenant}/v2.0` : v1Issuer(issuerTenant),
      token_endpoint: version === 'v2' ? `${base}/oauth2/v2.0/token` : `${base}/oauth2/token`,
      authorization_endpoint: version === 'v2' ? `${base}/oauth2/v2.0/authorize` : `${base}/oauth2/authorize`,
      jwks_uri: version === 'v2' ? `${base}/discovery/v2.0/keys` : `${base}/discovery/keys`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      response_types_supported: ['code', 'id_token', 'token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'oid', 'ver'],
    });
  };
}

function instanceDiscovery(context: EntraContext): Handler {
  return (exchange) => {
    const asked = exchange.query.get('authorization_endpoint') ?? '';
    const host = URL.canParse(asked) ? new URL(asked).host : exchange.host;
    const tenant = URL.canParse(asked) ? new URL(asked).pathname.split('/')[1] : 'common';
    return json(200, {
      tenant_discovery_endpoint: `${context.origin()}/${tenant}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    });
  };
}
