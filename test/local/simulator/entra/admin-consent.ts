import type { Handler, Reply } from '../http/exchange.ts';
import type { EntraContext } from './context.ts';
import type { Application, Tenant } from './directory.ts';

/**
 * The admin consent page, without a page: the administrator's answer is a switch, and the browser is sent back at once. Both versions
 * grant everything that the app requires; only v2 refuses `common`.
 */
export function createAdminConsent(context: EntraContext, version: 'v1' | 'v2'): Handler {
  return (exchange, { tenant: named = '' }) => {
    const { query } = exchange;
    const application = context.directory.application(query.get('client_id') ?? '');
    if (!application)
      return page(`AADSTS700016: Application '${query.get('client_id') ?? ''}' was not found in the directory.`);
    const redirectUri = query.get('redirect_uri') ?? '';
    if (!application.redirectUris.includes(redirectUri)) {
      return page(
        `AADSTS50011: The redirect URI '${redirectUri}' does not match the redirect URIs of the application.`,
      );
    }
    if (version === 'v2' && named.toLowerCase() === 'common')
      return page("AADSTS90009: '/common' is not supported here.");
    if (version === 'v2' && !query.get('scope'))
      return page("AADSTS900144: The request must contain the parameter 'scope'.");
    const tenant = findTenant(context, named);
    if (!tenant) return page(`AADSTS90002: Tenant '${named}' not found.`);

    const answer = decide(context, { application, tenant, version, scope: query.get('scope') ?? '' });
    if (!('error' in answer)) {
      context.directory.consent(tenant.tenantId, application.clientId, application.requiredRoles);
      exchange.applied = true;
    }
    return redirect(redirectUri, { ...answer, ...withState(query.get('state')) });
  };
}

interface Question {
  readonly application: Application;
  readonly tenant: Tenant;
  readonly version: 'v1' | 'v2';
  readonly scope: string;
}

function findTenant(context: EntraContext, named: string): Tenant | undefined {
  const isAny = ['common', 'organizations'].includes(named.toLowerCase());
  return context.directory.tenant(isAny ? (context.switches.get().consentTenantId ?? '') : named);
}

/** The parameters of the callback. An error of v2 carries `admin_consent=True` all the same. */
function decide(context: EntraContext, question: Question): Readonly<Record<string, string>> {
  const { application, tenant, version, scope } = question;
  const failed = (error: string, description: string): Readonly<Record<string, string>> => ({
    ...(version === 'v2' ? { admin_consent: 'True' } : {}),
    error,
    error_description: description,
  });
  if (context.switches.get().consentOutcome === 'decline') {
    return version === 'v2'
      ? failed(
          'consent_required',
          `AADSTS65004: User declined to consent to access the app '${application.displayName}'.`,
        )
      : failed('permission_denied', 'The admin canceled the request');
  }
  const needsDefender = (application.requiredRoles.defender?.length ?? 0) > 0;
  if (needsDefender && !tenant.isDefenderLicensed) {
    const service = "'fc780465-2017-40d4-a0c5-307022471b92'(WindowsDefenderATP)";
    return failed(
      'invalid_client',
      `AADSTS650052: The app needs access to a service ${service} that your organization lacks.`,
    );
  }
  return { admin_consent: 'True', tenant: tenant.tenantId, ...(version === 'v2' ? { scope } : {}) };
}

function withState(state: string | null): Readonly<Record<string, string>> {
  return state === null ? {} : { state };
}

function redirect(redirectUri: string, parameters: Readonly<Record<string, string>>): Reply {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { status: 302, headers: { location: url.href } };
}

/** Errors before the redirect address is trusted stay on Entra's own page. */
function page(message: string): Reply {
  const safe = message.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const body = `<!doctype html><title>Sign in</title><p>Sorry, but we’re having trouble signing you in.</p><p>${safe}</p>`;
  return { status: 400, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}
