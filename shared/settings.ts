import { z } from 'zod';
import { InvalidSettings } from './errors.ts';

/** Every setting, read once at start. URLs have no trailing slash. */
export type Settings = ReturnType<typeof toSettings>;

const guid = z.guid('must be a GUID').toLowerCase();
const text = z.string();
const scope = z.string().regex(/^\S+\/\.default$/, 'must be a token scope that ends in /.default');
const schedule = (standard: string) =>
  z
    .string()
    .regex(/^\S+(?: +\S+){4,5}$/, 'must be an NCRONTAB expression of five or six fields')
    .default(standard);

const settingsSchema = z.object({
  ENTRA_AUTHORITY_HOST: url().default('https://login.microsoftonline.com'),
  ENTRA_CLIENT_ID: guid,
  ENTRA_HOME_TENANT_ID: guid,
  ENTRA_CREDENTIAL: z
    .enum(['federated', 'certificate', 'secret'], 'must be federated, certificate or secret')
    .default('federated'),
  ENTRA_IDENTITY_CLIENT_ID: guid.optional(),
  DEFENDER_API_URL: url().default('https://api.security.microsoft.com'),
  DEFENDER_TOKEN_SCOPE: scope.default('https://api.securitycenter.microsoft.com/.default'),
  GRAPH_API_URL: url().default('https://graph.microsoft.com'),
  GRAPH_TOKEN_SCOPE: scope.default('https://graph.microsoft.com/.default'),
  KEY_VAULT_URL: url(),
  STATE_TABLES_URL: url().optional(),
  STATE_TABLES_CONNECTION_STRING: text.optional(),
  PUBLIC_URL: url(),
  PARTNER_FILE: text.optional(),
  EGRESS_ALLOWED_ORIGINS: origins().default([]),
  ACTIONS_SCHEDULE: schedule('0 * * * * *'),
  ALERTS_SCHEDULE: schedule('0 * * * * *'),
  CALLBACKS_SCHEDULE: schedule('0 * * * * *'),
  SYNC_SCHEDULE: schedule('0 * * * * *'),
  FEEDS_SCHEDULE: schedule('0 */5 * * * *'),
  ALERT_CHANGES_SCHEDULE: schedule('0 */5 * * * *'),
  SWEEP_SCHEDULE: schedule('0 0 * * * *'),
  TENANT_CHECK_SCHEDULE: schedule('0 0 4 * * *'),
  WORK_TIMERS_PER_LANE: timers().default(1),
  IDENTITY_ENDPOINT: text.optional(),
  IDENTITY_HEADER: text.optional(),
});

type Values = z.infer<typeof settingsSchema>;
type Environment = Readonly<Record<string, string | undefined>>;

/** The names of all settings; `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` are the platform's. */
export const settingNames = Object.keys(settingsSchema.shape) as readonly (keyof Values)[];

/**
 * Reads the settings from an environment. An empty value counts as none.
 * Throws {@link InvalidSettings} that names every problem at once, without values: a half-configured app does not start.
 */
export function readSettings(env: Environment): Settings {
  const given = Object.fromEntries(
    settingNames.flatMap((name) => {
      const value = env[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const parsed = settingsSchema.safeParse(given);
  const wrong = parsed.success
    ? []
    : parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        return name in given ? `${name} ${issue.message}.` : `${name} is missing.`;
      });
  const problems = [...wrong, ...halfConfigured(given)];
  if (!parsed.success || problems.length > 0) throw new InvalidSettings(problems);
  return toSettings(parsed.data);
}

/** What no single setting can tell. */
function halfConfigured(given: Environment): readonly string[] {
  const has = (name: keyof Values): boolean => given[name] !== undefined;
  const problems: string[] = [];
  if (has('STATE_TABLES_URL') === has('STATE_TABLES_CONNECTION_STRING')) {
    problems.push('STATE_TABLES_URL, STATE_TABLES_CONNECTION_STRING: give exactly one of the two.');
  }
  if ((given['ENTRA_CREDENTIAL'] ?? 'federated') === 'federated' && !has('ENTRA_IDENTITY_CLIENT_ID')) {
    problems.push('ENTRA_IDENTITY_CLIENT_ID is missing: ENTRA_CREDENTIAL federated needs it.');
  }
  if (has('IDENTITY_ENDPOINT') !== has('IDENTITY_HEADER')) {
    problems.push('IDENTITY_ENDPOINT, IDENTITY_HEADER: give both or neither.');
  }
  return problems;
}

function toSettings(values: Values) {
  const { ENTRA_IDENTITY_CLIENT_ID: identityClientId, PARTNER_FILE: partnerFile } = values;
  return {
    entra: {
      authorityHost: values.ENTRA_AUTHORITY_HOST,
      clientId: values.ENTRA_CLIENT_ID,
      homeTenantId: values.ENTRA_HOME_TENANT_ID,
      /** How we sign in to customers' tenants; certificate and secret come from Key Vault. */
      credential: values.ENTRA_CREDENTIAL,
      /** The user-assigned identity of the app: for the federated credential, the tables and the vault. */
      ...(identityClientId === undefined ? {} : { identityClientId }),
    },
    defender: { apiUrl: values.DEFENDER_API_URL, tokenScope: values.DEFENDER_TOKEN_SCOPE },
    graph: { apiUrl: values.GRAPH_API_URL, tokenScope: values.GRAPH_TOKEN_SCOPE },
    keyVaultUrl: values.KEY_VAULT_URL,
    tables: tablesOf(values),
    publicUrl: values.PUBLIC_URL,
    /** Absent: `partner.json` beside the bundle. */
    ...(partnerFile === undefined ? {} : { partnerFile }),
    egressAllowedOrigins: values.EGRESS_ALLOWED_ORIGINS as readonly string[],
    schedules: {
      actions: values.ACTIONS_SCHEDULE,
      alerts: values.ALERTS_SCHEDULE,
      callbacks: values.CALLBACKS_SCHEDULE,
      sync: values.SYNC_SCHEDULE,
      feeds: values.FEEDS_SCHEDULE,
      alertChanges: values.ALERT_CHANGES_SCHEDULE,
      sweep: values.SWEEP_SCHEDULE,
      tenantCheck: values.TENANT_CHECK_SCHEDULE,
    },
    /** A timer is one instance at a time: more of them for each lane of due work take the tenants between them. */
    timersPerLane: values.WORK_TIMERS_PER_LANE,
  } as const;
}

/** Where the state is: with the app's identity (`url`), or with a key (`connectionString`). */
function tablesOf(values: Values): { readonly url: string } | { readonly connectionString: string } {
  const { STATE_TABLES_URL: tablesUrl, STATE_TABLES_CONNECTION_STRING: connectionString = '' } = values;
  return tablesUrl === undefined ? { connectionString } : { url: tablesUrl };
}

/**
 * https anywhere, http only to this machine; no user, query or fragment. Given back as it goes into headers and is compared:
 * in ASCII, host in lower case, without a trailing slash.
 */
function url() {
  return z
    .string()
    .refine(isPlainUrl, 'must be an https URL (http only on the loopback address) without user, query and fragment')
    .transform((value) => new URL(value).href.replace(/\/+$/, ''));
}

function isPlainUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(value);
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && isLoopback)) && !username && !password && !search && !hash;
}

/** How many timers: as many as anybody could want beside Defender's own limits. */
function timers() {
  return z
    .string()
    .regex(/^(?:[1-9]|1[0-6])$/, 'must be a whole number from 1 to 16')
    .transform(Number);
}

/** Comma-separated origins: `http://127.0.0.1:7080,https://127.0.0.1:7443`. */
function origins() {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((each) => each.trim().replace(/\/$/, ''))
        .filter((each) => each !== ''),
    )
    .refine(
      (list) => list.every((each) => URL.canParse(each) && new URL(each).origin === each),
      'must be a list of origins',
    );
}
