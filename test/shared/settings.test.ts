import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidSettings } from '../../shared/errors.ts';
import { readSettings, settingNames } from '../../shared/settings.ts';

const smallest = {
  ENTRA_CLIENT_ID: '0B7C0000-0000-4000-8000-0000000000AA',
  ENTRA_HOME_TENANT_ID: '6f1c0000-0000-4000-8000-000000000001',
  ENTRA_IDENTITY_CLIENT_ID: '0b7c0000-0000-4000-8000-0000000000bb',
  KEY_VAULT_URL: 'https://vault.example/',
  STATE_TABLES_URL: 'https://state.table.example',
  PUBLIC_URL: 'https://app.contoso.example/',
};

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems;
    throw error;
  }
  return [];
}

describe('readSettings', () => {
  it('fills what is left out for the commercial cloud, and reads URLs without trailing slash', () => {
    expect(readSettings(smallest)).toEqual({
      entra: {
        authorityHost: 'https://login.microsoftonline.com',
        clientId: '0b7c0000-0000-4000-8000-0000000000aa',
        homeTenantId: smallest.ENTRA_HOME_TENANT_ID,
        credential: 'federated',
        identityClientId: smallest.ENTRA_IDENTITY_CLIENT_ID,
      },
      defender: {
        apiUrl: 'https://api.security.microsoft.com',
        tokenScope: 'https://api.securitycenter.microsoft.com/.default',
      },
      graph: { apiUrl: 'https://graph.microsoft.com', tokenScope: 'https://graph.microsoft.com/.default' },
      keyVaultUrl: 'https://vault.example',
      tables: { url: 'https://state.table.example' },
      publicUrl: 'https://app.contoso.example',
      egressAllowedOrigins: [],
      schedules: {
        actions: '0 * * * * *',
        alerts: '0 * * * * *',
        callbacks: '0 * * * * *',
        sync: '0 * * * * *',
        feeds: '0 */5 * * * *',
        alertChanges: '0 */5 * * * *',
        sweep: '0 0 * * * *',
        tenantCheck: '0 0 4 * * *',
      },
      timersPerLane: 1,
    });
  });

  it('writes URLs as they go into headers and are compared', () => {
    const settings = readSettings({
      ...smallest,
      PUBLIC_URL: 'https://Häfen.Contoso.example:443/mde/',
      ENTRA_AUTHORITY_HOST: 'https://Login.MicrosoftOnline.com',
    });
    expect(settings.publicUrl).toBe('https://xn--hfen-loa.contoso.example/mde');
    expect(settings.entra.authorityHost).toBe('https://login.microsoftonline.com');
  });

  it('takes an empty value for none, a certificate without identity, and a list of origins', () => {
    const settings = readSettings({
      ...smallest,
      ENTRA_CREDENTIAL: 'certificate',
      ENTRA_IDENTITY_CLIENT_ID: '',
      STATE_TABLES_URL: ' ',
      STATE_TABLES_CONNECTION_STRING: 'UseDevelopmentStorage=true',
      EGRESS_ALLOWED_ORIGINS: 'http://127.0.0.1:7080, https://feeds.example/',
    });
    expect(settings.entra).not.toHaveProperty('identityClientId');
    expect(settings.tables).toEqual({ connectionString: 'UseDevelopmentStorage=true' });
    expect(settings.egressAllowedOrigins).toEqual(['http://127.0.0.1:7080', 'https://feeds.example']);
  });

  it('names every problem at once', () => {
    expect(
      problemsOf({ ENTRA_CREDENTIAL: 'password', SYNC_SCHEDULE: 'often', PUBLIC_URL: 'app.contoso.example' }),
    ).toEqual([
      'ENTRA_CLIENT_ID is missing.',
      'ENTRA_HOME_TENANT_ID is missing.',
      'ENTRA_CREDENTIAL must be federated, certificate or secret.',
      'KEY_VAULT_URL is missing.',
      'PUBLIC_URL must be an https URL (http only on the loopback address) without user, query and fragment.',
      'SYNC_SCHEDULE must be an NCRONTAB expression of five or six fields.',
      'STATE_TABLES_URL, STATE_TABLES_CONNECTION_STRING: give exactly one of the two.',
    ]);
  });

  it.each([
    ['two places for the state', { STATE_TABLES_CONNECTION_STRING: 'x' }, /STATE_TABLES_URL/],
    ['no place for the state', { STATE_TABLES_URL: undefined }, /STATE_TABLES_URL/],
    ['a federated credential without identity', { ENTRA_IDENTITY_CLIENT_ID: undefined }, /^ENTRA_IDENTITY_CLIENT_ID/],
    ['half of the identity endpoint', { IDENTITY_ENDPOINT: 'http://127.0.0.1:7442/' }, /IDENTITY_HEADER/],
    ['plain http to elsewhere', { DEFENDER_API_URL: 'http://api.example' }, /^DEFENDER_API_URL/],
    ['a password in a URL', { PUBLIC_URL: 'https://a:b@app.example' }, /^PUBLIC_URL/],
    ['an origin with a path', { EGRESS_ALLOWED_ORIGINS: 'http://127.0.0.1:7080/x' }, /^EGRESS_ALLOWED_ORIGINS/],
    ['a scope that is none', { GRAPH_TOKEN_SCOPE: 'https://graph.microsoft.com' }, /^GRAPH_TOKEN_SCOPE/],
    ['a client id that is no GUID', { ENTRA_CLIENT_ID: 'app' }, /^ENTRA_CLIENT_ID/],
  ])('refuses %s', (_name, change, problem) => {
    expect(problemsOf({ ...smallest, ...change })[0]).toMatch(problem);
  });

  it('never shows a value', () => {
    const secret = 'S3CR3T-VALUE';
    const everywhere = Object.fromEntries(settingNames.map((name) => [name, secret]));
    expect(problemsOf(everywhere).length).toBeGreaterThan(10);
    expect(problemsOf(everywhere).join('\n')).not.toContain(secret);
  });
});

describe('local.settings.sample.json', () => {
  const root = new URL('../../', import.meta.url);
  const sample = JSON.parse(readFileSync(new URL('local.settings.sample.json', root), 'utf8')) as {
    Values: Record<string, string>;
  };
  const hostSettings = ['FUNCTIONS_WORKER_RUNTIME', 'AzureWebJobsStorage'];

  it('names every setting and no other', () => {
    expect(Object.keys(sample.Values)).toEqual([...hostSettings, ...settingNames]);
  });

  it('starts the app', () => {
    expect(problemsOf(sample.Values)).toEqual([]);
  });
});
