import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toActionOperation } from '../../../shared/actions/action-operation.ts';
import { actionRequestSchema } from '../../../shared/contract/action.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { actionRoles } from '../../../shared/defender/roles.ts';
import { createLog } from '../../../shared/log.ts';
import { toNewTenant } from '../../../shared/registry/tenant-record.ts';
import { openTables } from '../../../shared/tables.client.ts';
import { createActionInstance } from '../../builders/action-instance.ts';
import { createTables } from '../../builders/create-tables.ts';
import { freshFolder, writeFiles } from '../../builders/folder.ts';
import { allActionRoles } from '../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { startChild, tell } from '../../builders/mortal-child.ts';
import { freshStorage } from '../../builders/storage.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import type { MortalPass } from './mortal-process.ts';

const { clientId } = world;
const minuteMs = 60_000;
const machineId = 'a'.repeat(40);
const folder = freshFolder();

let simulator: Simulator;
let instance: ChildProcess;
beforeAll(async () => {
  simulator = await startMicrosoft();
  simulator.control.switches.change({ tokenLifetimeSeconds: 10_000_000, enforceRateLimits: false });
  simulator.control.clock.freeze(Math.ceil(Date.now() / minuteMs) * minuteMs);
  writeFiles(folder, { 'ca.pem': simulator.caPem });
  instance = await startInstance();
});
afterAll(async () => {
  instance.kill();
  await simulator.stop();
});

function startInstance(): Promise<ChildProcess> {
  const env = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
  return startChild(new URL('./mortal-process.ts', import.meta.url), { env });
}

const audience = 'https://api.securitycenter.microsoft.com';

/** One tenant with one machine, in storage of its own, where the instances find what is asked for. */
async function setUp() {
  const { control } = simulator;
  const tenantId = randomUUID();
  control.tenants.put({ tenantId, consents: { [clientId]: { defender: allActionRoles } } });
  control.machines.seed(tenantId, [{ id: machineId, osPlatform: 'Windows11' }]);
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const order = { tenantId, clientId, audience, version: '1.0', roles: allActionRoles, lifetimeSeconds: 1e8 } as const;
  const place = { connectionString, origin: simulator.origin, clientId, token: await control.mintToken(order) };
  const { work, tenants } = createActionInstance({
    ...{ ...place, tables: openTables({ connectionString }), now: control.clock.now },
    tokens: { getToken: () => Promise.resolve(place.token), forget: () => undefined },
    log: createLog(() => undefined, control.clock.now),
    callbacksOf: () => Promise.resolve([]),
  });
  const live = { mode: 'Live', allowed: Object.keys(actionRoles), requireApproval: [] };
  const { policy } = tenantInputSchema.parse({ policy: { actions: live } });
  const tenant = { ...toNewTenant(tenantId, tenantInputSchema.parse({})), policy, connection: 'Connected' } as const;
  await tenants.change(tenantId, () => tenant);
  return {
    ...{ control, tenantId, work, place },
    /** Accepted, and left to the timers. */
    ask: async (request: object): Promise<string> => {
      const data = actionRequestSchema.parse({ machine: { id: machineId }, comment: 'Case 17', ...request });
      const accepted = await work.accept(
        toActionOperation({
          ...{ tenantId, callerId: 'soar', dedupeKey: data.action, fingerprint: data.action, isLeftToTimer: true },
          ...{ action: { data }, submitByMs: control.clock.now() + 240 * minuteMs },
        }),
      );
      if (!('operation' in accepted)) throw new Error(`Not accepted: ${accepted.outcome}.`);
      return accepted.operation.id;
    },
    /** An isolation before its release. */
    operations: async (): Promise<readonly Operation[]> => {
      const listed = await work.list(tenantId, { kind: 'Action' }, { limit: 10 });
      return (listed?.operations ?? []).toSorted((a, b) => (actionOf(a) < actionOf(b) ? -1 : 1));
    },
    /** Calls that change something, as Defender's log has them. */
    posts: () =>
      control.log.entries({ tenantId, method: 'POST', path: '/api' }).map(({ path }) => path.split('/').at(-1)),
  };
}

type Bench = Awaited<ReturnType<typeof setUp>>;

/** One pass of the timer in the instance: the steps made so far, or `undefined` when it was killed. */
function pass({ place, control }: Bench, dieAfter?: number): Promise<readonly string[] | undefined> {
  const told: MortalPass = { place, nowMs: control.clock.now(), ...(dieAfter === undefined ? {} : { dieAfter }) };
  return tell(instance, told);
}

/** A pass a minute, until the instance is killed. */
async function passes(bench: Bench, count: number, dieAfter?: number): Promise<readonly string[] | undefined> {
  let steps = await pass(bench, dieAfter);
  for (let passed = 1; passed < count && steps !== undefined; passed += 1) {
    bench.control.clock.advance(minuteMs);
    steps = await pass(bench, dieAfter);
  }
  return steps;
}

/** What a playbook asks for, which steps an instance makes of it, and what is to be in Defender's log in the end. */
interface Course {
  readonly name: string;
  readonly begin: (bench: Bench) => Promise<unknown>;
  /** Happens once the first pass is over, if the instance outlives it. */
  readonly goOn?: (bench: Bench) => Promise<unknown>;
  readonly steps: readonly string[];
  readonly posts: readonly string[];
  readonly ends: readonly string[];
}

const isolate = { action: 'Isolate', releaseAfter: 'PT5M' };
const sending = ['claim', 'Running Submitting', 'POST isolate', 'Running Pending'];
const offline = ({ control, tenantId }: Bench) => control.machineActions.configure(tenantId, { isOffline: true });

const courses: readonly Course[] = [
  {
    name: 'isolates for five minutes',
    begin: ({ ask }) => ask(isolate),
    steps: [
      ...sending,
      ...['claim', 'accept', 'Succeeded'],
      ...['claim', 'Running Submitting', 'POST unisolate', 'Running Pending', 'claim', 'Succeeded'],
    ],
    posts: ['isolate', 'unisolate'],
    ends: ['Isolate Succeeded', 'Unisolate Succeeded'],
  },
  {
    name: 'cancels',
    begin: async (bench) => {
      offline(bench);
      await bench.ask(isolate);
    },
    goOn: async ({ work, tenantId, operations }) => work.cancel(tenantId, (await operations())[0]?.id ?? ''),
    steps: [...sending, 'claim', 'Running Canceling', 'POST cancel', 'Canceled'],
    posts: ['isolate', 'cancel'],
    ends: ['Isolate Canceled'],
  },
  {
    name: 'cancels in place of a release',
    begin: async (bench) => {
      offline(bench);
      await bench.ask(isolate);
    },
    goOn: ({ ask }) => ask({ action: 'Unisolate' }),
    steps: [...sending, 'claim', 'Running Canceling', 'POST cancel', 'Succeeded', 'claim', 'Canceled'],
    posts: ['isolate', 'cancel'],
    ends: ['Isolate Canceled', 'Unisolate Succeeded'],
  },
];

/** Longer than the course, two leases and the wait after a try that failed. */
const enough = 16;

/** Lives until it is killed after a step, or until all is over. */
async function live(bench: Bench, { goOn }: Course, dieAfter?: number): Promise<readonly string[] | undefined> {
  if ((await pass(bench, dieAfter)) === undefined) return undefined;
  await goOn?.(bench);
  return passes(bench, enough, dieAfter);
}

function actionOf({ result }: Operation): string {
  return String(result?.action);
}

function endsOf(operations: readonly Operation[]): readonly string[] {
  return operations.map((operation) => `${actionOf(operation)} ${operation.status}`);
}

describe.each(courses)('a process that $name', (course) => {
  it('makes these steps', async () => {
    const bench = await setUp();
    await course.begin(bench);
    expect(await live(bench, course)).toEqual(course.steps);
    expect([bench.posts(), endsOf(await bench.operations())]).toEqual([course.posts, course.ends]);
  });

  const deaths = course.steps.map((name, index) => ({ name, at: index + 1 }));
  it.each(deaths)('is killed after step $at, $name: the next one goes on', async ({ at }) => {
    const bench = await setUp();
    await course.begin(bench);
    expect(await live(bench, course, at)).toBeUndefined();
    instance = await startInstance();
    bench.control.clock.advance(minuteMs);
    if (course.goOn !== undefined && at <= sending.length) {
      // What the dead one began is taken up when its lease has ended, after 90 seconds.
      await passes(bench, 3);
      await course.goOn(bench);
    }
    await passes(bench, enough);
    const operations = await bench.operations();
    expect([bench.posts(), endsOf(operations)]).toEqual([course.posts, course.ends]);
    const [first, second] = operations;
    if (course.posts.includes('unisolate')) expect(first?.result?.reversal).toBe(second?.id);
    const isolations = bench.control.machineActions.list(bench.tenantId).filter(({ type }) => type === 'Isolate');
    expect(isolations.map(({ id }) => id)).toEqual([first?.result?.machineActionId]);
    expect(bench.control.machineActions.effects(bench.tenantId, machineId).isolation).toBeNull();
  });
});
