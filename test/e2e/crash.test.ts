import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Operation } from '../../shared/contract/operation.ts';
import { freshFolder, writeFiles } from '../builders/folder.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import type { Instance } from '../builders/stack.ts';
import { syncTenant, untilEnded } from '../builders/sync.ts';
import { until } from '../builders/until.ts';
import { world } from '../local/demo-world.ts';
import type { IndicatorResource } from '../local/simulator/defender/indicators/resource.ts';
import type { FaultOptions } from '../local/simulator/faults.ts';

const stack = freshStack();
const [{ tenantId }] = world.tenants;
const base = `/api/v1/tenants/${tenantId}`;

const values = Array.from({ length: 2_600 }, (_, i) => `host${i}.example.com`);
/** A person's row with a value of the feed, another one of a person's, and one of another application. */
const others = [
  { indicatorType: 'DomainName', indicatorValue: 'host7.example.com' },
  { indicatorType: 'DomainName', indicatorValue: 'customer.example.net' },
  ...[
    {
      indicatorType: 'Url',
      indicatorValue: 'https://other.example.net/a',
      sourceType: 'AadApp' as const,
      createdBy: 'other',
    },
  ],
];
const folder = freshFolder();
writeFiles(folder, { list: values.join('\n') });

const rows = (): readonly IndicatorResource[] => stack().simulator.control.indicators.list(tenantId);
const isOurs = ({ createdBy }: IndicatorResource): boolean => createdBy === world.appClientId;
const imports = (): number =>
  stack().simulator.control.log.entries({ tenantId, path: '/api/indicators/import' }).length;

/** What is the matter with the import in the middle of which the machine dies; `skip`: how many go through before. */
const crashes: readonly (readonly [what: string, fault: Omit<FaultOptions, 'match'>])[] = [
  ['never arrives', { fault: 'hang' }],
  ['is applied, and its answer is lost', { fault: 'drop-after', skip: 1 }],
  ['is applied after the end of the process', { fault: 'delay', delayMs: 300, skip: 1 }],
  ['is refused', { fault: 'http-503', skip: 1 }],
  ['is answered with half a body', { fault: 'truncated' }],
];

test('a sync of which the process is killed five times ends with exactly the wanted rows', async () => {
  const { simulator, feeds } = stack();
  simulator.control.indicators.seed(tenantId, others);
  const theirs = rows();
  const url = feeds.serve('list', join(folder, 'list'));
  const { api } = stack();
  await api.expect('PUT', base, { policy: { indicators: { mode: 'Live' } } });
  await api.expect('PUT', '/api/v1/feeds/list', {
    displayName: 'List',
    source: { kind: 'List', url, type: 'DomainName' },
  });
  await api.expect('POST', '/api/v1/feeds/list/refresh');

  let instance: Instance = stack();
  for (const [round, [, fault]] of crashes.entries()) {
    simulator.control.faults.clear();
    simulator.control.faults.add({ ...fault, times: 1, match: { tenantId, path: '/api/indicators/import' } });
    const struck = (): boolean => (simulator.control.faults.list()[0]?.struck ?? 0) > 0;
    await instance.startTimer('syncTenants');
    await until(struck);
    await instance.host.kill();
    // The dead one's claim ends after 90 seconds: the next process lives after that.
    instance = await stack().startInstance({ aheadMs: (round + 1) * 100_000 });
  }
  simulator.control.faults.clear();
  await instance.runTimer('syncTenants');
  const { value } = await instance.api.expect<{ value: readonly Operation[] }>('GET', `${base}/operations`);
  expect(value).toHaveLength(1);
  const operation = await untilEnded(instance, `${base}/operations/${value[0]?.id}`);
  expect(operation).toMatchObject({ kind: 'IndicatorSync', status: 'Succeeded' });

  expect(rows().filter((row) => !isOurs(row))).toEqual(theirs);
  const ours = rows()
    .filter(isOurs)
    .map(({ indicatorValue }) => indicatorValue);
  expect(ours.toSorted()).toEqual(values.filter((value) => value !== 'host7.example.com').toSorted());

  const before = imports();
  expect(await syncTenant(instance, tenantId)).toMatchObject({ result: { added: 0, changed: 0, removed: 0 } });
  expect(imports()).toBe(before);
});

testUserAgent(stack);
