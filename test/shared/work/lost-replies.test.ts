import { afterEach, expect, test } from 'vitest';
import { openTables } from '../../../shared/tables.client.ts';
import type { Tables } from '../../../shared/tables.client.ts';
import type { Carry } from '../../../shared/work/carry.ts';
import { createTables } from '../../builders/create-tables.ts';
import { freshStorage } from '../../builders/storage.ts';
import { accepted, contoso, minuteMs, newOperation, pass, testWork } from '../../builders/work.ts';
import { startFaultyProxy } from '../../local/faulty-proxy.ts';
import type { FaultyProxy } from '../../local/faulty-proxy.ts';

let proxy: FaultyProxy;
afterEach(() => proxy.stop());

/** Tables behind a proxy that starts out sound. */
async function faultyTables(onRequest: (proxy: FaultyProxy, count: number) => void): Promise<Tables> {
  const connectionString = await freshStorage();
  await createTables(connectionString);
  proxy = await startFaultyProxy({
    ...{ targetPort: Number(/127\.0\.0\.1:(\d+)/.exec(connectionString)?.[1]), seed: 1 },
    onRequest: (count) => onRequest(proxy, count),
  });
  return openTables({ connectionString: connectionString.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`) });
}

/** The reply of every other request is lost, so that each write's retry finds the write itself in its way. */
const everyOther = (faulty: FaultyProxy, count: number): void =>
  faulty.setChances(count % 2 === 1 ? { loseReply: 1 } : undefined);

test('every write recognises itself when its reply was lost: accept, claim, intent, finish, callback, cancel', async () => {
  const sent: string[] = [];
  const told: string[] = [];
  const carry: Carry = async ({ operation, state }, tools) => {
    if (state === undefined) {
      await tools.saveIntent({ isSending: true });
      sent.push(operation.id);
      return { outcome: 'Later', dueAtMs: tools.now() + minuteMs, stage: 'Pending', hasReachedDefender: true };
    }
    return { outcome: 'Done' };
  };
  const { work, clock } = testWork(await faultyTables(everyOther), carry, {
    callbacksOf: (before, after) =>
      Promise.resolve(before.status === after.status ? [] : [{ id: `${after.id}_${after.version}`, payload: {} }]),
    carryCallback: ({ id }) => {
      told.push(id);
      return Promise.resolve({ outcome: 'Done' });
    },
  });

  const input = newOperation();
  const first = await accepted(work, input);
  expect(first).toHaveProperty('claim');
  expect(await work.accept(input)).toMatchObject({ outcome: 'replayed', operation: { id: first.operation.id } });
  expect(await work.perform(first)).toMatchObject({ status: 'Running', stage: 'Pending', attempts: 0, version: 3 });
  clock.move(minuteMs);
  expect((await work.drain('actions', pass)).carried).toBe(1);
  expect(await work.read(contoso, first.operation.id)).toMatchObject({ status: 'Succeeded', attempts: 0, version: 4 });

  const second = await accepted(work, { isLeftToTimer: true });
  expect(await work.cancel(contoso, second.operation.id)).toMatchObject({ outcome: 'done', operation: { version: 2 } });
  clock.move(3 * minuteMs);
  await work.drain('callbacks', pass);
  expect(sent).toEqual([first.operation.id]);
  const { id } = first.operation;
  expect(told.sort()).toEqual([`${id}_2`, `${id}_4`, `${second.operation.id}_2`].sort());
  expect(proxy.counts.loseReply).toBeGreaterThan(20);
});

test('storage that is away at an accept: a 503, and nothing stored', async () => {
  const { work } = testWork(await faultyTables(() => undefined), () => Promise.resolve({ outcome: 'Done' }));
  const input = newOperation();
  proxy.setChances({ unavailable: 1 });
  await expect(work.accept(input)).rejects.toMatchObject({ name: 'UpstreamUnavailable', retryAfterMs: 5_000 });
  proxy.setChances(undefined);
  expect(await work.list(contoso, {}, { limit: 5 })).toEqual({ operations: [] });
  expect(await work.accept(input)).toMatchObject({ outcome: 'accepted' });
});

test('storage that goes away in the middle: the caller hears of what is accepted, and the timer ends it', async () => {
  let steps = 0;
  const { work, clock, lines } = testWork(await faultyTables(() => undefined), () => {
    steps += 1;
    if (steps === 1) proxy.setChances({ reset: 1 });
    return Promise.resolve({ outcome: 'Done' });
  });
  const answer = await accepted(work);
  const performing = work.perform(answer);
  await expect(performing).resolves.toMatchObject({ id: answer.operation.id, status: 'NotStarted' });
  expect(lines.map(({ event }) => event)).toEqual(['claim.abandoned']);
  proxy.setChances(undefined);
  clock.move(90_000);
  expect((await work.drain('actions', pass)).carried).toBe(1);
  expect(await work.read(contoso, answer.operation.id)).toMatchObject({ status: 'Succeeded', attempts: 1 });
});
