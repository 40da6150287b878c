import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { IndicatorAnswer, TenantIndicators } from '../../shared/contract/indicator.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import type { Instance } from '../builders/stack.ts';
import { until } from '../builders/until.ts';
import { problemOf, sendTo } from '../builders/wire.ts';
import type { WireAnswer } from '../builders/wire.ts';
import { world } from '../local/demo-world.ts';
import type { FaultOptions } from '../local/simulator/faults.ts';

const stack = freshStack();
const [{ tenantId }] = world.tenants;
const base = `/api/v1/tenants/${tenantId}`;
const live = { actions: { mode: 'Live' }, indicators: { mode: 'Live' } };

const bad = { indicatorType: 'DomainName', indicatorValue: 'bad.example.net' };
const rows = () =>
  stack()
    .simulator.control.indicators.list(tenantId)
    .map(({ indicatorValue, action }) => `${indicatorValue} ${action}`);

/** Asks for an action, over the wire. */
function ask(data: object, { envelope = {}, origin = stack().origin, key = randomUUID() }: Asking = {}) {
  const whole = { type: 'action.requested', timestamp: '2026-11-20T10:00:09Z', tenantId, ...envelope };
  return sendTo({ ...stack(), origin }, `POST ${base}/actions`, {
    headers: { 'idempotency-key': key },
    json: { ...whole, data: { comment: 'Case 17', ...data } },
  });
}

interface Asking {
  readonly envelope?: object;
  readonly origin?: string;
  readonly key?: string;
}

/** The answer when the action has ended: in its request, or, on a slow machine, by the timers. */
async function askUntilEnded(data: object): Promise<WireAnswer> {
  const key = randomUUID();
  let answer = await ask(data, { key });
  for (let tries = 0; answer.status === 202 && tries < 10; tries += 1) {
    await stack().runTimer('drainActions');
    await stack().runTimer('syncTenants');
    answer = await ask(data, { key });
  }
  return answer;
}

const submission = (more: object = {}) => ({
  action: 'SubmitIndicator',
  indicator: { ...bad, action: 'Block', severity: 'High', ...more },
});

test('an indicator is shown, submitted, explained and deleted', async () => {
  const { api } = stack();
  await api.expect('PUT', base, { policy: live });
  const shown = await ask(submission(), { envelope: { dryRun: true } });
  expect(shown).toMatchObject({
    status: 200,
    json: {
      dryRun: true,
      policy: { allowed: true, needsApproval: false },
      request: { path: '/api/indicators/import', body: { Indicators: [{ ...bad, description: 'Case 17 [op_…]' }] } },
    },
  });
  expect(rows()).toEqual([]);

  const submitted = await askUntilEnded(submission());
  expect(submitted).toMatchObject({ status: 200, json: { status: 'Succeeded' } });
  expect(rows()).toEqual(['bad.example.net Block']);
  expect((await api.expect<TenantIndicators>('GET', `${base}/indicators`)).ours).toEqual({ actions: 1 });
  const { why } = await api.expect<IndicatorAnswer>('GET', `${base}/indicators?value=bad.example.net`);
  expect(why).toContain((submitted.json as Operation).id);

  const deletion = { action: 'DeleteIndicator', indicator: bad };
  expect(await askUntilEnded(deletion)).toMatchObject({ status: 200, json: { status: 'Succeeded' } });
  expect(rows()).toEqual([]);
  expect(problemOf(await ask(deletion))).toMatchObject({ status: 422, code: 'indicator_refused' });
});

const crashes: readonly (readonly [what: string, fault: Omit<FaultOptions, 'match'>])[] = [
  ['never arrives', { fault: 'hang' }],
  ['is applied, and its answer is lost', { fault: 'drop-after' }],
  ['is applied after the end of the process', { fault: 'delay', delayMs: 300 }],
];

test('a process that is killed while its import is on the way is followed by one that ends the action', async () => {
  const { faults } = stack().simulator.control;
  let instance: Instance = stack();
  for (const [round, [what, fault]] of crashes.entries()) {
    const indicatorValue = `crash${round}.example.net`;
    faults.add({ ...fault, times: 1, match: { tenantId, path: '/api/indicators/import' } });
    const asked = ask(submission({ indicatorValue }), { origin: instance.origin }).catch(() => undefined);
    await until(() => (faults.list()[0]?.struck ?? 0) > 0);
    await instance.host.kill();
    await asked;
    faults.clear();
    // The dead one's claims end after 90 seconds: the next process lives after that.
    instance = await stack().startInstance({ aheadMs: (round + 1) * 100_000 });
    expect(await endOfLast(instance), what).toMatchObject({
      status: 'Succeeded',
      result: { indicator: { indicatorValue, action: 'Block' } },
    });
    expect(rows().filter((row) => row.startsWith(indicatorValue))).toEqual([`${indicatorValue} Block`]);
  }
});

/** The newest action as it ends; the timers are run as often as that takes. */
async function endOfLast({ api, runTimer }: Instance): Promise<Operation | undefined> {
  for (let tick = 0; tick < 5; tick += 1) {
    await runTimer('drainActions');
    await runTimer('syncTenants');
    const list = `${base}/operations?kind=Action&limit=1`;
    const [operation] = (await api.expect<{ value: readonly Operation[] }>('GET', list)).value;
    if (operation?.status === 'Succeeded' || operation?.status === 'Failed') return operation;
  }
  return undefined;
}

testUserAgent(stack);
