import { randomUUID } from 'node:crypto';
import { createPlanTenant } from '../../functions/indicator-sync/plan/plan-tenant.client.ts';
import { createFeedVersions } from '../../functions/indicator-sync/feeds/feed-versions.store.ts';
import type { AcceptedItem, FeedState } from '../../functions/indicator-sync/feeds/feed-version.ts';
import { createSyncInputs } from '../../functions/indicator-sync/plan/sync-inputs.client.ts';
import { createSyncStates } from '../../functions/indicator-sync/plan/sync-states.store.ts';
import { createIsolations } from '../../functions/response-action/guard/isolations.store.ts';
import { createQuestionHandlers } from '../../functions/wiring/questions.ts';
import type { QuestionHandlers } from '../../functions/response-action/triggers.ts';
import type { Caller } from '../../shared/auth/authenticate-caller.ts';
import { feedInputSchema } from '../../shared/contract/feed.ts';
import type { FeedReject } from '../../shared/contract/feed.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDefenderIndicators } from '../../shared/defender/indicators.client.ts';
import { createDirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import { createLedgers } from '../../shared/indicators/ledger/ledger.store.ts';
import { toLedger } from '../../shared/indicators/ledger/ledger.ts';
import type { LedgerEntry } from '../../shared/indicators/ledger/ledger.ts';
import { createLog } from '../../shared/log.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import { createSuspendTenant } from '../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { call } from './http.ts';
import type { TestAnswer } from './http.ts';
import { budgetsIn, credentialsAt, defenderAt, endpointsOf, world } from './microsoft.ts';
import { callerWith, serveAs } from './serve.ts';
import { freshTables } from './storage.ts';

export const { tenantId } = world;
export const pc1 = {
  ...{ id: 'a'.repeat(40), computerDnsName: 'pc1.example.test', lastIpAddress: '10.0.0.5' },
  ...{ aadDeviceId: '2c000000-0000-4000-8000-000000000003', machineTags: ['pilot'], rbacGroupName: 'Laptops' },
  lastSeen: '2026-11-20T08:00:00.1234567Z',
};
export const srv1 = {
  ...{ id: 'b'.repeat(40), computerDnsName: 'srv1.example.test', lastIpAddress: '10.0.0.6' },
  ...{ osPlatform: 'WindowsServer2016', version: '1607', lastSeen: '2026-11-20T09:00:00.0000000Z' },
};

/** Every role of our registration's that a question needs or an action could need. */
export const allRoles = [
  ...['Machine.Read.All', 'Machine.ReadWrite.All', 'User.Read.All', 'Alert.ReadWrite.All', 'Vulnerability.Read.All'],
  ...['File.Read.All', 'Url.Read.All', 'Ip.Read.All', 'Machine.Isolate', 'Machine.RestrictExecution', 'Machine.Scan'],
  ...['Machine.StopAndQuarantine', 'Machine.CollectForensics', 'Machine.LiveResponse', 'Machine.Offboard'],
];

/** What a playbook asks: a path after the tenant's, with query; a body makes it a POST. */
export type Ask = (path: string, more?: { readonly json?: unknown; readonly caller?: Caller }) => Promise<TestAnswer>;

const sleep = () => Promise.resolve();

/** When it all happens. */
export const startMs = Date.parse('2026-11-20T10:00:00Z');

/** The routes of questions over tables of their own and the simulator, in one tenant that is connected, with a clock that stands still. */
export async function setUpQuestions(simulator: Simulator, policy: object = {}) {
  const { control } = simulator;
  resetWorld(simulator);
  const tables = await freshTables();
  const { now } = control.clock;
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), now);
  const newId = randomUUID;
  const tenants = createDocuments<TenantRecord>({ tables, kind: 'tenant', schema: tenantRecordSchema, newId });
  const change = (changes: Partial<TenantRecord>) =>
    tenants.change(tenantId, (current) => ({ ...(current ?? toNewTenant(tenantId, emptyInput)), ...changes }));
  const setPolicy = (given: object) => change({ policy: tenantInputSchema.parse({ policy: given }).policy });
  await change({ connection: 'Connected' });
  await setPolicy(policy);

  const defender = defenderAt(simulator, tables);
  const credentials = credentialsAt(simulator);
  const ledgers = createLedgers(tables('ledger'), newId);
  const feeds = createDocuments({ tables, kind: 'feed', schema: feedInputSchema, newId });
  const versions = createFeedVersions<FeedState, AcceptedItem, FeedReject>(tables('feeds'), newId);
  const planTenant = createPlanTenant({
    ...{ inputs: createSyncInputs({ feeds, versions }), ledgers, states: createSyncStates(tables('ledger')) },
    ...{ direct: createDirectRows(tables('ledger'), newId), indicators: createDefenderIndicators(defender) },
    ...{ appId: world.clientId, ownNames: [], now },
  });
  const handlersFor = (caller: Caller): QuestionHandlers =>
    createQuestionHandlers({
      ...{ serve: serveAs(caller, lines), tenants, credentials, defender, planTenant },
      suspend: createSuspendTenant({ tenants, tell: () => Promise.resolve(), now, log }),
      ...{ now, isolations: createIsolations({ table: tables('budgets'), now, random: () => 0.5, sleep }) },
      settings: {
        ...endpointsOf(simulator),
        ...{ publicUrl: 'https://app.contoso.example', entra: { clientId: world.clientId } },
      },
    });
  const ask: Ask = (path, { json, caller } = {}) => {
    const [parts = '', query] = path.split('?');
    const [kind = '', name] = parts.split('/');
    const [handler, parameter] = routeOf(kind, name);
    return call(handlersFor(caller ?? callerWith(kind === 'queries' ? 'queries:run' : 'machines:read'))[handler], {
      method: json === undefined ? 'GET' : 'POST',
      url: `/api/v1/tenants/${tenantId}/${parts}${query === undefined ? '' : `?${query}`}`,
      params: { tenantId, ...(name === undefined ? {} : { [parameter]: decodeURIComponent(name) }) },
      ...(json === undefined ? {} : { json }),
    });
  };
  return {
    ...{ control, tables, tenants, lines, ask, change, setPolicy },
    budgets: budgetsIn(tables, now),
    /** Our records say that the tenant holds this. */
    hold: async (entry: LedgerEntry) => ledgers.write(await ledgers.read(tenantId), toLedger([entry])),
    /** Consents to all roles but these. */
    without: (...roles: readonly string[]) =>
      consent(
        simulator,
        allRoles.filter((role) => !roles.includes(role)),
      ),
    /** Calls to Defender and Graph since the test began. */
    calls: () => control.log.entries({ tenantId }).filter(({ path }) => /^\/(?:api|v1\.0)\//.test(path)),
  };
}

/** The handler of a path's first part, and what its second part is called. */
function routeOf(
  kind: string,
  name: string | undefined,
): readonly [handler: keyof QuestionHandlers, parameter: string] {
  if (kind === 'files') return ['getFile', 'hash'];
  if (kind === 'domains') return ['getDomain', 'name'];
  if (kind === 'ips') return ['getAddress', 'address'];
  if (kind === 'queries') return ['runQuery', ''];
  return name === undefined ? ['listMachines', ''] : ['getMachine', 'machine'];
}

function resetWorld(simulator: Simulator): void {
  const { control } = simulator;
  control.clock.freeze(startMs);
  control.faults.clear();
  control.switches.reset();
  const { machines, machineActions, alerts, events, files, domains, ips, users, vulnerabilities } = control;
  for (const each of [machineActions, alerts, events, files, domains, ips, users, vulnerabilities, machines]) {
    each.clear(tenantId);
  }
  machines.seed(tenantId, [pc1, srv1]);
  consent(simulator, allRoles);
  control.quotas.clear();
  control.log.clear();
}

function consent({ control }: Simulator, defender: readonly string[]): void {
  control.tenants.consent(tenantId, world.clientId, { defender, graph: ['ThreatHunting.Read.All'] });
}

const emptyInput = tenantInputSchema.parse({});
