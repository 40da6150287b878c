import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Operation } from '../../shared/contract/operation.ts';
import { freshFolder, writeFiles } from '../builders/folder.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import type { Instance } from '../builders/stack.ts';
import { world } from '../local/demo-world.ts';
import type { RateCount } from '../local/simulator/defender/rate-windows.ts';

const stack = freshStack();
const [{ tenantId }] = world.tenants;
const base = `/api/v1/tenants/${tenantId}`;
const values = Array.from({ length: 13_000 }, (_, i) => `host${i}.example.com`);
const folder = freshFolder();
writeFiles(folder, { list: values.join('\n') });

/** Microsoft's limit, for all instances together: 30 imports of 500 in any minute. */
const importLimit = 30;

beforeAll(async () => {
  const { api } = stack();
  await api.expect('PUT', base, { policy: { indicators: { mode: 'Live', reserve: 0 } } });
  await putFeed(stack(), 'Medium');
  await api.expect('POST', '/api/v1/feeds/list/refresh');
});

async function putFeed({ api }: Instance, severity: string): Promise<void> {
  const source = { kind: 'List', url: stack().feeds.serve('list', join(folder, 'list')), type: 'DomainName' };
  await api.expect('PUT', '/api/v1/feeds/list', { displayName: 'List', source, apply: { severity } });
}

type Both = readonly [Instance, Instance];

/** Both are asked for a sync and run their timers, at the same time, until it has ended or waits for a minute. */
async function syncWithBoth([one, other]: Both): Promise<Operation> {
  const ask = ({ api }: Instance): Promise<Operation> => api.expect('POST', `${base}/indicators/sync`);
  const [{ id }, { id: otherId }] = await Promise.all([ask(one), ask(other)]);
  expect(otherId).toBe(id);
  const read = (): Promise<Operation> => one.api.expect('GET', `${base}/operations/${id}`);
  for (let round = 0; round < 5 && (await read()).status !== 'Succeeded'; round += 1) {
    await Promise.all([one.runTimer('syncTenants'), other.runTimer('syncTenants')]);
  }
  return read();
}

function importsCounted(): RateCount {
  const counts = stack().simulator.control.quotas.counts();
  return (
    counts.find((count) => count.tenantId === tenantId && count.quota === 'indicatorsImport') ?? expect.fail('none')
  );
}

const severities = (): readonly string[] =>
  stack()
    .simulator.control.indicators.list(tenantId)
    .map(({ indicatorValue, severity }) => `${indicatorValue} ${severity}`)
    .toSorted();

test('two instances at work for one tenant are within its limit together, and make no row twice', async () => {
  const startBoth = async (atMs: number): Promise<Both> => [
    await stack().startInstance({ atMs }),
    await stack().startInstance({ atMs }),
  ];
  const nowMs = Date.now();
  const now = await startBoth(nowMs);
  expect(await syncWithBoth(now)).toMatchObject({ status: 'Succeeded', result: { added: 13_000 } });
  expect(severities()).toEqual(values.map((value) => `${value} Medium`).toSorted());
  expect(importsCounted()).toMatchObject({ requests: 26, rejected: 0 });

  // All rows change, and the minute has four imports left.
  await putFeed(stack(), 'High');
  expect(await syncWithBoth(now)).toMatchObject({ status: 'Running', stage: 'Applying', attempts: 0 });
  expect(importsCounted()).toMatchObject({
    requests: importLimit,
    rejected: 0,
    minute: { highestSliding: importLimit },
  });
  for (const { host } of now) await host.stop();

  const later = await startBoth(nowMs + 70_000);
  expect(await syncWithBoth(later)).toMatchObject({ status: 'Succeeded', result: { added: 0, changed: 13_000 } });
  expect(severities()).toEqual(values.map((value) => `${value} High`).toSorted());
  expect(importsCounted()).toMatchObject({ requests: 52, rejected: 0, minute: { highestSliding: importLimit } });
});

testUserAgent(stack);
