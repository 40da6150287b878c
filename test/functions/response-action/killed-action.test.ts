import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/contract/operation.ts';
import { freshFolder, writeFiles } from '../../builders/folder.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { startChild, tell } from '../../builders/mortal-child.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { actionOf, machineId, setUpMortal } from './mortal-bench.ts';
import type { MortalBench } from './mortal-bench.ts';
import type { MortalPass } from './mortal-process.ts';

const minuteMs = 60_000;
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

/** One pass of the timer in the instance: the steps made so far, or `undefined` when it was killed. */
function pass({ place, control }: MortalBench, dieAfter?: number): Promise<readonly string[] | undefined> {
  const told: MortalPass = { place, nowMs: control.clock.now(), ...(dieAfter === undefined ? {} : { dieAfter }) };
  return tell(instance, told);
}

/** A pass a minute, until the instance is killed. */
async function passes(bench: MortalBench, count: number, dieAfter?: number): Promise<readonly string[] | undefined> {
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
  readonly begin: (bench: MortalBench) => Promise<unknown>;
  /** Happens once the first pass is over, if the instance outlives it. */
  readonly goOn?: (bench: MortalBench) => Promise<unknown>;
  readonly steps: readonly string[];
  readonly posts: readonly string[];
  readonly ends: readonly string[];
}

const isolate = { action: 'Isolate', releaseAfter: 'PT5M' };
const sending = ['claim', 'Running Submitting', 'POST isolate', 'Running Pending'];
const offline = ({ control, tenantId }: MortalBench) => control.machineActions.configure(tenantId, { isOffline: true });

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
async function live(bench: MortalBench, { goOn }: Course, dieAfter?: number): Promise<readonly string[] | undefined> {
  if ((await pass(bench, dieAfter)) === undefined) return undefined;
  await goOn?.(bench);
  return passes(bench, enough, dieAfter);
}

function endsOf(operations: readonly Operation[]): readonly string[] {
  return operations.map((operation) => `${actionOf(operation)} ${operation.status}`);
}

describe.each(courses)('a process that $name', (course) => {
  it('makes these steps', async () => {
    const bench = await setUpMortal(simulator);
    await course.begin(bench);
    expect(await live(bench, course)).toEqual(course.steps);
    expect([bench.posts(), endsOf(await bench.operations())]).toEqual([course.posts, course.ends]);
  });

  const deaths = course.steps.map((name, index) => ({ name, at: index + 1 }));
  it.each(deaths)('is killed after step $at, $name: the next one goes on', async ({ at }) => {
    const bench = await setUpMortal(simulator);
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
