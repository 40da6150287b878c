import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { freshFolder } from '../builders/folder.ts';
import { builtPackage } from '../builders/stack.ts';
import { toAppSettings } from '../local/app-settings.ts';
import { startHost } from '../local/functions-host/start-host.ts';

const folder = freshFolder();
const appDir = join(folder, 'app');
beforeAll(async () => cpSync(await builtPackage(), appDir, { recursive: true }));

/** Enough to start; nobody is called before there is something to do. */
const settings = toAppSettings({
  appOrigin: 'http://127.0.0.1:7071',
  simulatorOrigin: 'https://127.0.0.1:7443',
  identityEndpoint: 'http://127.0.0.1:7442/msi/token',
  identityHeader: 'header',
  caFile: '',
  tablesConnectionString: 'UseDevelopmentStorage=true',
  allowedOrigins: [],
});

/** What the process says that runs the app, which has to end by itself. */
async function refusalOf(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const started = await startHost({ appDir, env }).catch((error: Error) => error.message);
  if (typeof started === 'string') return started;
  await started.kill();
  return expect.fail('The app started.');
}

test('what these tests leave out or change is all that keeps the app from starting', async () => {
  const host = await startHost({ appDir, env: settings });
  expect((await fetch(`${host.url}/api/v1/health`)).status).toBe(200);
  expect((await host.stop()).code).toBe(0);
});

test('without settings: each one that is missing, by name, and exit code 1', async () => {
  const said = await refusalOf({});
  expect(said).toContain('The Functions host ended with code 1');
  for (const name of [
    'ENTRA_CLIENT_ID',
    'ENTRA_HOME_TENANT_ID',
    'KEY_VAULT_URL',
    'PUBLIC_URL',
    'ENTRA_IDENTITY_CLIENT_ID',
  ])
    expect(said).toContain(`${name} is missing`);
  expect(said).toContain('STATE_TABLES_URL, STATE_TABLES_CONNECTION_STRING: give exactly one of the two.');
});

test('wrong settings: all of them, by name, none with its value', async () => {
  const wrong = {
    ENTRA_AUTHORITY_HOST: 'http://login.example',
    ENTRA_CLIENT_ID: 'mistaken-client',
    ENTRA_CREDENTIAL: 'mistaken-password',
    DEFENDER_API_URL: 'ftp://mistaken.example',
    GRAPH_TOKEN_SCOPE: 'mistaken-scope',
    KEY_VAULT_URL: 'https://mistaken:secret@vault.example',
    STATE_TABLES_URL: 'https://mistaken.example?sig=mistaken-signature',
    EGRESS_ALLOWED_ORIGINS: 'mistaken-origin',
    SYNC_SCHEDULE: 'mistaken-schedule',
    IDENTITY_HEADER: undefined,
  };
  const said = await refusalOf({ ...settings, ...wrong });
  const named = said.split('\n').flatMap((line) => /^- ([A-Z_]+(?:, [A-Z_]+)*)/.exec(line)?.[1] ?? []);
  expect(named).toEqual([
    ...Object.keys(wrong).filter((name) => name !== 'IDENTITY_HEADER'),
    'STATE_TABLES_URL, STATE_TABLES_CONNECTION_STRING',
    'IDENTITY_ENDPOINT, IDENTITY_HEADER',
  ]);
  for (const value of ['mistaken', 'login.example', 'secret@']) expect(said).not.toContain(value);
});

describe('PARTNER_FILE', () => {
  const file = join(folder, 'partner.json');
  const withPartner = (text: string): Promise<string> => {
    writeFileSync(file, text);
    return refusalOf({ ...settings, PARTNER_FILE: file });
  };
  const partner = (change: object): string =>
    JSON.stringify({ ...(JSON.parse(readFileSync(join(appDir, 'partner.json'), 'utf8')) as object), ...change });

  test('that is not there', async () => {
    const said = await refusalOf({ ...settings, PARTNER_FILE: join(folder, 'nowhere.json') });
    expect(said).toContain('PARTNER_FILE cannot be read: ENOENT.');
    expect(said).toContain('ended with code 1');
  });

  test('that is not JSON', async () => {
    expect(await withPartner('{')).toContain('PARTNER_FILE is not JSON.');
  });

  test('with a name that the User-Agent cannot carry: refused with the one it could have', async () => {
    const said = await withPartner(partner({ companyName: 'Contoso Ltd' }));
    expect(said).toContain('PARTNER_FILE companyName: Must be 1 to 40 letters A-Z and digits; "ContosoLtd" would do.');
  });

  test('with several mistakes: all of them', async () => {
    const said = await withPartner(
      partner({ productName: 'Cognito-2', supportUrl: 'http://contoso.example', extra: 1 }),
    );
    expect(said).toMatch(/PARTNER_FILE productName: .*"Cognito2" would do/);
    expect(said).toContain('PARTNER_FILE supportUrl:');
    expect(said).toContain('extra');
  });
});
