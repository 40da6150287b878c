import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAlertLinks } from '../../../shared/alerts/alert-links.store.ts';
import { openTables } from '../../../shared/tables.client.ts';
import { operationSchema } from '../../../shared/contract/operation.ts';
import { tenantId } from '../../builders/alert-ingest.ts';
import { finding, setUpResponses } from '../../builders/alert-responses.ts';
import type { TestRequest } from '../../builders/http.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { startChild, tell } from '../../builders/mortal-child.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { alertCourses } from './alert-courses.ts';
import type { AlertCourse, Bench } from './alert-courses.ts';
import type { MortalHost, MortalReport, MortalTurn } from './mortal-alert-process.ts';

let simulator: Simulator;
let instance: ChildProcess;
beforeAll(async () => {
  simulator = await startMicrosoft();
  instance = await startInstance();
});
afterAll(async () => {
  instance.kill('SIGKILL');
  await simulator.stop();
});

function startInstance(): Promise<ChildProcess> {
  const host: MortalHost = { origin: simulator.origin, caPem: simulator.caPem };
  return startChild(new URL('./mortal-alert-process.ts', import.meta.url), { args: [JSON.stringify(host)] });
}

async function setUp({ begin, type, data }: AlertCourse) {
  const bench = await setUpResponses(simulator, []);
  await begin(bench);
  const { connectionString, control } = bench;
  const request: TestRequest = {
    ...{ method: 'POST', params: { tenantId }, headers: { 'idempotency-key': 'once' } },
    json: { type, timestamp: '2025-03-03T10:00:00Z', tenantId, data },
  };
  const turn = (turned: Partial<MortalTurn> = {}): Promise<MortalReport | undefined> =>
    tell(instance, { connectionString, nowMs: control.clock.now(), ...turned });
  return {
    ...bench,
    turn,
    ask: (dieAfter?: number) => turn({ request, ...(dieAfter === undefined ? {} : { dieAfter }) }),
  };
}

/** Longer than the lease of one that died (90 seconds), and than the wait after a try that failed. */
const untilNextMs = 100_000;

/** What became of an instance that went on: its steps, or those of the next one, if it was killed too. */
interface Recovery {
  readonly steps: readonly string[] | undefined;
  readonly isKilled: boolean;
}

/** Applied or not, as the simulator's log has every call that would change something. */
function applied({ control }: Bench, { call }: AlertCourse): readonly boolean[] {
  return control.log.entries({ tenantId, ...call }).map((entry) => entry.applied);
}

/** The caller hears nothing and repeats its request at once; a new instance goes on when the dead one's lease is over. */
async function goOn(
  bench: Awaited<ReturnType<typeof setUp>>,
  course: AlertCourse,
  dieAfter?: number,
): Promise<Recovery> {
  instance = await startInstance();
  const { id } = operationSchema.parse((await bench.ask())?.json);
  let report: MortalReport | undefined;
  let isKilled = false;
  for (let i = 0; i < 4; i += 1) {
    bench.control.clock.advance(untilNextMs);
    report = await bench.turn(dieAfter === undefined || isKilled ? {} : { dieAfter });
    if (report !== undefined) continue;
    isKilled = true;
    instance = await startInstance();
  }
  const [alert, ...others] = course.alerts(bench);
  expect([alert, others]).toMatchObject([course.alert, []]);
  expect(await bench.read(id)).toMatchObject({ status: 'Succeeded', result: { alertId: alert?.id } });
  const links = createAlertLinks({ table: openTables(bench)('ledger'), now: bench.control.clock.now });
  expect(await links.byId(tenantId, finding.id)).toMatchObject({ alertId: alert?.id });
  return { steps: report?.steps, isKilled };
}

describe.each(alertCourses)('a process that $name', (course) => {
  it('makes these steps', async () => {
    const bench = await setUp(course);
    const report = await bench.ask();
    expect([report?.status, report?.steps]).toEqual([200, course.steps]);
    expect(applied(bench, course)).toEqual([true]);
  });

  const deaths = course.steps.map((name, index) => ({ name, at: index + 1 }));
  it.each(deaths)('is killed after step $at, $name: one call, one alert', async ({ at }) => {
    const bench = await setUp(course);
    expect(await bench.ask(at)).toBeUndefined();
    await goOn(bench, course);
    expect(applied(bench, course)).toEqual([true]);
  });

  const sentAt = course.steps.indexOf(course.sends) + 1;
  it('is killed after its call: the next one makes these steps', async () => {
    const bench = await setUp(course);
    await bench.ask(sentAt);
    expect((await goOn(bench, course)).steps).toEqual(course.recovers);
  });

  const laterDeaths = course.recovers.map((name, index) => ({ name, at: index + 1 }));
  it.each(laterDeaths)('is killed after its call, and the next one after step $at, $name: one call', async ({ at }) => {
    const bench = await setUp(course);
    await bench.ask(sentAt);
    expect(await goOn(bench, course, at)).toMatchObject({ isKilled: true });
    expect(applied(bench, course)).toEqual([true]);
  });

  it.each([
    { fault: 'drop-before', calls: [false, true] },
    { fault: 'drop-after', calls: [true] },
  ] as const)('is killed when its call got no answer ($fault): applied once', async ({ fault, calls }) => {
    const bench = await setUp(course);
    bench.control.faults.add({ fault, match: course.call, times: 1 });
    expect(await bench.ask(sentAt)).toBeUndefined();
    await goOn(bench, course);
    expect(applied(bench, course)).toEqual(calls);
  });
});

it('is killed when an open alert took its own in, which nothing shows: it is sent again, and taken in by the same', async () => {
  const course = courseOf('makes an alert by reference');
  const bench = await setUp({ ...course, begin: ({ send }) => send({ id: 'finding-1' }) });
  expect(await bench.ask(course.steps.indexOf(course.sends) + 1)).toBeUndefined();
  await goOn(bench, course);
  expect(applied(bench, course)).toEqual([true, true, true]);
  expect((await bench.operations('Alert')).map(({ result }) => result?.merged)).toEqual([true, false]);
});

function courseOf(name: AlertCourse['name']): AlertCourse {
  const found = alertCourses.find((course) => course.name === name);
  if (found === undefined) throw new Error(`No course ${name}.`);
  return found;
}
