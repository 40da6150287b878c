import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createCallbackAddresses } from '../../../shared/callbacks/addresses.store.ts';
import type { AddressVerdict } from '../../../shared/callbacks/verify-address.client.ts';
import { useDocumentTables } from '../../builders/documents.ts';

const tables = useDocumentTables();
const url = 'https://soar.contoso.example/hooks/mde';
const startMs = Date.parse('2026-11-20T10:00:00Z');

/** One instance of the app: several of them share the tables. */
function instance(verdict: AddressVerdict = { isVerified: true }) {
  const world = { nowMs: startMs, verdict, asked: [] as string[] };
  const addresses = createCallbackAddresses({
    tables: tables(),
    verifyAddress: ({ callerId, url: asked }) => {
      world.asked.push(`${callerId} ${asked}`);
      return Promise.resolve(world.verdict);
    },
    now: () => world.nowMs,
    newId: randomUUID,
  });
  return { ...addresses, world };
}

const failed = { kind: 'Answered', status: 500 } as const;
const delivered = { kind: 'Answered', status: 204 } as const;

describe('what is known of addresses', () => {
  test('is nothing, then what came of asking, until it is forgotten', async () => {
    const { readState, readAll, verify, forget, world } = instance();
    expect(await readState('soar', url)).toEqual({ status: 'Unverified' });
    await verify('soar', url);
    expect(world.asked).toEqual([`soar ${url}`]);
    expect(await readState('soar', url)).toEqual({ status: 'Active', lastSuccessAt: '2026-11-20T10:00:00Z' });
    expect(await readState('siem', url)).toEqual({ status: 'Unverified' });
    expect([...(await readAll()).keys()]).toEqual(['soar']);
    await forget('soar');
    await forget('soar');
    expect(await readState('soar', url)).toEqual({ status: 'Unverified' });
  });

  test('says why an address was not taken', async () => {
    const { readState, verify } = instance({ isVerified: false, detail: 'Answer 404.' });
    await verify('soar', url);
    expect(await readState('soar', url)).toEqual({
      status: 'Unverified',
      lastFailure: { at: '2026-11-20T10:00:00Z', detail: 'Answer 404.' },
    });
  });

  test('counts every failure of a burst, from wherever it is told', async () => {
    const instances = [instance(), instance(), instance()];
    await instances[0]?.verify('soar', url);
    await Promise.all(instances.flatMap(({ record }) => Array.from({ length: 20 }, () => record('soar', url, failed))));
    const { breaker } = (await instance().readAll()).get('soar') ?? {};
    // It opens at the tenth; what began before that and ends after it is no news.
    expect(breaker).toMatchObject({ state: 'Open', failingSinceMs: startMs });
  });

  test('lets one probe through, wherever the others ask', async () => {
    const [here, there] = [instance(), instance()] as const;
    await here.verify('soar', url);
    for (let i = 0; i < 10; i += 1) await here.record('soar', url, failed);
    for (const { world } of [here, there]) world.nowMs = startMs + 30_000;
    const asked = [here, there].flatMap(({ admit }) => Array.from({ length: 5 }, () => admit('soar', url)));
    const admissions = (await Promise.all(asked)).map(({ admission }) => admission);
    expect(admissions.filter((admission) => admission === 'Go')).toHaveLength(1);
    expect(admissions.filter((admission) => admission === 'Wait')).toHaveLength(9);
    expect(await here.record('soar', url, delivered)).toMatchObject({ status: 'Active' });
    expect(await there.admit('soar', url)).toMatchObject({ admission: 'Go' });
  });

  test('is not brought back by an attempt that ends after it was forgotten', async () => {
    const { verify, forget, record, readAll } = instance();
    await verify('soar', url);
    await forget('soar');
    expect(await record('soar', url, failed)).toEqual({ status: 'Unverified' });
    expect((await readAll()).size).toBe(0);
  });
});
