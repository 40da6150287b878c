import { expect, it, onTestFinished } from 'vitest';
import { createIsolations } from '../../../../functions/response-action/guard/isolations.store.ts';
import type { Isolations } from '../../../../functions/response-action/guard/isolations.store.ts';
import { UpstreamUnavailable } from '../../../../shared/errors.ts';
import { packJson } from '../../../../shared/packed-json.ts';
import { openTables } from '../../../../shared/tables.client.ts';
import type { Tables } from '../../../../shared/tables.client.ts';
import { createTables } from '../../../builders/create-tables.ts';
import { freshStorage, freshTables } from '../../../builders/storage.ts';
import { startFaultyProxy } from '../../../local/faulty-proxy.ts';
import type { FaultChances } from '../../../local/faulty-proxy.ts';

const contoso = '6f1c0000-0000-4000-8000-00000000a001';
const fabrikam = '6f1c0000-0000-4000-8000-00000000a002';
const hourMs = 3_600_000;
const start = 1_760_000_000_000;
const clock = { nowMs: start };
const now = () => clock.nowMs;

/** An instance of the app as far as this count goes. */
const open = (tables: Tables): Isolations =>
  createIsolations({ table: tables('budgets'), now, random: Math.random, sleep: () => Promise.resolve() });

const countTaken = (taken: readonly boolean[]): number => taken.filter((granted) => granted).length;

it('counts in any 60 minutes, by tenant, and lets go to the millisecond', async () => {
  clock.nowMs = start;
  const isolations = open(await freshTables());
  expect(await isolations.isFull(contoso, 0)).toBe(true);
  expect(await isolations.isFull(contoso, 2)).toBe(false);
  expect(await isolations.take(contoso, 'op_1', 2)).toBe(true);
  clock.nowMs += hourMs / 2;
  expect(await isolations.take(contoso, 'op_2', 2)).toBe(true);
  expect(await isolations.isFull(contoso, 2)).toBe(true);
  expect(await isolations.take(contoso, 'op_3', 2)).toBe(false);
  expect(await isolations.take(fabrikam, 'op_3', 2)).toBe(true);
  clock.nowMs = start + hourMs - 1;
  expect(await isolations.take(contoso, 'op_3', 2)).toBe(false);
  clock.nowMs = start + hourMs;
  expect(await isolations.isFull(contoso, 2)).toBe(false);
  expect(await isolations.take(contoso, 'op_3', 2)).toBe(true);
  expect(await isolations.take(contoso, 'op_4', 2)).toBe(false);
});

it('counts an operation once however often it asks, and obeys a limit that was lowered or raised', async () => {
  clock.nowMs = start;
  const isolations = open(await freshTables());
  for (let i = 0; i < 3; i += 1) expect(await isolations.take(contoso, 'op_1', 1)).toBe(true);
  expect(await isolations.take(contoso, 'op_2', 1)).toBe(false);
  expect(await isolations.take(contoso, 'op_2', 2)).toBe(true);
  expect(await isolations.isFull(contoso, 3)).toBe(false);
  expect(await isolations.take(contoso, 'op_3', 2)).toBe(false);
});

it('counts an operation that comes again from then on: only then it is sent', async () => {
  clock.nowMs = start;
  const isolations = open(await freshTables());
  expect(await isolations.take(contoso, 'op_1', 1)).toBe(true);
  clock.nowMs = start + hourMs / 2;
  expect(await isolations.take(contoso, 'op_1', 1)).toBe(true);
  clock.nowMs = start + hourMs;
  expect(await isolations.take(contoso, 'op_2', 1)).toBe(false);
});

it('two instances that race take the limit together, not one more and not one less', async () => {
  clock.nowMs = start;
  const tables = await freshTables();
  const [one, other] = [open(tables), open(tables)];
  let taken = 0;
  for (let round = 0; round < 4; round += 1) {
    const asks = [0, 1, 2, 3].flatMap((i) => [
      one.take(contoso, `op_${round}_${i}_one`, 20),
      other.take(contoso, `op_${round}_${i}_other`, 20),
    ]);
    taken += countTaken(await Promise.all(asks));
  }
  expect(taken).toBe(20);
});

it('the same operation in two instances at once is one', async () => {
  clock.nowMs = start;
  const tables = await freshTables();
  const [one, other] = [open(tables), open(tables)];
  expect(await Promise.all([one, other].map((each) => each.take(contoso, 'op_1', 1)))).toEqual([true, true]);
  expect(await one.take(contoso, 'op_2', 2)).toBe(true);
  expect(await one.take(contoso, 'op_3', 2)).toBe(false);
});

/** Tables behind a proxy that breaks some of the exchanges. */
async function faultyTables(chances: Partial<FaultChances>): Promise<Tables> {
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const targetPort = Number(/127\.0\.0\.1:(\d+)/.exec(connectionString)?.[1]);
  const proxy = await startFaultyProxy({ targetPort, seed: 7, chances });
  onTestFinished(() => proxy.stop());
  return openTables({ connectionString: connectionString.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`) });
}

it('recognises its own writes when their replies are lost', async () => {
  clock.nowMs = start;
  const isolations = open(await faultyTables({ loseReply: 0.2 }));
  const taken: boolean[] = [];
  for (let i = 0; i < 12; i += 1) taken.push(await isolations.take(contoso, `op_${i}`, 8));
  expect(taken).toEqual([...Array<boolean>(8).fill(true), ...Array<boolean>(4).fill(false)]);
});

it('says later, and not no, when storage does not answer', async () => {
  clock.nowMs = start;
  const isolations = open(await faultyTables({ unavailable: 1 }));
  await expect(isolations.take(contoso, 'op_1', 1)).rejects.toBeInstanceOf(UpstreamUnavailable);
  await expect(isolations.isFull(contoso, 1)).rejects.toBeInstanceOf(UpstreamUnavailable);
});

it('holds an hour of as many as a tenant may ever have waiting', async () => {
  clock.nowMs = start;
  const tables = await freshTables();
  const isolations = open(tables);
  expect(await isolations.take(contoso, 'op_first', 100_000)).toBe(true);
  const id = (i: number) => `op_${(i * 2_654_435_761).toString(36).padStart(26, 'a')}`;
  const sent = Array.from({ length: 10_000 }, (_, i) => [id(i), start + i]);
  await tables('budgets').updateEntity(
    { partitionKey: contoso, rowKey: 'isolations', schemaVersion: 1, ...packJson('sent', sent) },
    'Replace',
  );
  expect(await isolations.take(contoso, 'op_last', 10_001)).toBe(true);
  expect(await isolations.take(contoso, 'op_more', 10_001)).toBe(false);
});
