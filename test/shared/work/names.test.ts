import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tables } from '../../../shared/tables.client.ts';
import type { CarryOutcome } from '../../../shared/work/carry.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, dayMs, newOperation, pass, testWork } from '../../builders/work.ts';

const done: CarryOutcome = { outcome: 'Done' };
const failed: CarryOutcome = { outcome: 'Failed', error: { code: 'event_not_found', message: 'None fits.' } };
const canceled: CarryOutcome = { outcome: 'Canceled' };
const keepsNameMs = 180 * dayMs;
const named = { kind: 'Alert', exclusive: 'alert|1', keepsNameMs } as const;

describe('a name that is kept', () => {
  test('is taken while its operation is unfinished, and after it succeeded', async () => {
    const { work } = testWork(await freshTables(), carryOf(done));
    const first = await accepted(work, named);
    const taken = { outcome: 'taken', operationId: first.operation.id };
    expect(await work.accept(newOperation(named))).toEqual(taken);
    expect(await work.holderOf(contoso, named.exclusive)).toMatchObject({ operation: { status: 'NotStarted' } });
    const { id } = await work.perform(first);
    expect(await work.accept(newOperation(named))).toEqual(taken);
    expect(await work.holderOf(contoso, named.exclusive)).toMatchObject({ operation: { id, status: 'Succeeded' } });
    expect(await work.accept(newOperation({ exclusive: 'alert|1' }))).toEqual(taken);
    expect(await work.holderOf(contoso, 'alert|2')).toBeUndefined();
  });

  test('is its operation’s still: the same key is the same operation', async () => {
    const { work } = testWork(await freshTables(), carryOf(done));
    const input = newOperation(named);
    const { operation } = await accepted(work, input);
    await work.drain('alerts', pass);
    expect(await work.accept(input)).toMatchObject({ outcome: 'replayed', operation: { id: operation.id } });
    expect(await work.accept({ ...input, fingerprint: 'another' })).toEqual({ outcome: 'key_reused' });
  });

  test.each([
    ['failed', failed],
    ['canceled', canceled],
  ] as const)('is let go when it %s', async (_name, outcome) => {
    const { work } = testWork(await freshTables(), carryOf(outcome));
    await work.perform(await accepted(work, named));
    expect(await work.holderOf(contoso, named.exclusive)).toBeUndefined();
    await accepted(work, named);
  });

  test('stays taken when its operation is forgotten, until its own time is over', async () => {
    const { work, clock } = testWork(await freshTables(), carryOf(done));
    const { id } = await work.perform(await accepted(work, named));
    clock.move(31 * dayMs);
    expect(await work.sweep(pass)).toMatchObject({ operations: 1, names: 0 });
    expect(await work.read(contoso, id)).toBeUndefined();
    expect(await work.accept(newOperation(named))).toEqual({ outcome: 'taken', operationId: id });
    expect(await work.holderOf(contoso, named.exclusive)).toEqual({ operationId: id });
    clock.move(149 * dayMs - 1);
    expect(await work.accept(newOperation(named))).toEqual({ outcome: 'taken', operationId: id });
    clock.move(1);
    expect(await work.holderOf(contoso, named.exclusive)).toBeUndefined();
    await accepted(work, named); // the sweep need not have come by
    expect(await work.sweep(pass)).toMatchObject({ names: 0 });
  });

  test('is swept when its time is over, and then nothing is left', async () => {
    const tables = await freshTables();
    const { work, clock } = testWork(tables, carryOf(done));
    for (const exclusive of ['alert|1', 'alert|2']) await work.perform(await accepted(work, { ...named, exclusive }));
    clock.move(180 * dayMs);
    expect(await work.sweep(pass)).toMatchObject({ operations: 2, names: 2 });
    expect(await work.sweep(pass)).toMatchObject({ partitions: 0 });
    expect(await countRows(tables)).toBe(0);
  });

  test('is taken once when two ask at the same time, also when the first finishes in between', async () => {
    const { work } = testWork(await freshTables(), carryOf(done));
    for (let round = 0; round < 10; round += 1) {
      const exclusive = `alert|round ${round}`;
      const answers = await Promise.all(
        [0, 1, 2].map(async () => {
          const answer = await work.accept(newOperation({ ...named, exclusive }));
          if (answer.outcome === 'accepted') await work.perform(answer);
          return answer.outcome;
        }),
      );
      expect(answers.toSorted()).toEqual(['accepted', 'taken', 'taken']);
      expect(await work.accept(newOperation({ ...named, exclusive }))).toMatchObject({ outcome: 'taken' });
    }
  });
});

describe('redriving what lost its name', () => {
  test('takes the name again when it is free', async () => {
    const { work } = testWork(await freshTables(), carryOf(failed, done));
    const { id } = await work.perform(await accepted(work, named));
    expect(await work.redrive(contoso, { ids: [id] })).toBe(1);
    expect(await work.accept(newOperation(named))).toEqual({ outcome: 'taken', operationId: id });
    await work.drain('alerts', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Succeeded' });
    expect(await work.accept(newOperation(named))).toEqual({ outcome: 'taken', operationId: id });
  });

  test.each([
    ['waits', false],
    ['succeeded', true],
  ])('says so when the other one %s', async (_name, isPerformed) => {
    const { work } = testWork(await freshTables(), carryOf(failed, done));
    const first = await work.perform(await accepted(work, named));
    const second = await accepted(work, named);
    if (isPerformed) await work.perform(second);
    expect(await work.redrive(contoso, { ids: [first.id], dryRun: true })).toBe(0);
    expect(await work.redrive(contoso, { ids: [first.id] })).toBe(0);
    const superseded = await work.read(contoso, first.id);
    expect(superseded).toMatchObject({
      ...{ status: 'Failed', version: first.version + 1 },
      error: { code: 'superseded', message: `${second.operation.id} was accepted in its place.` },
    });
    expect((await work.listDeadLetters(contoso, { limit: 10 }))?.value).toMatchObject([
      { id: first.id, code: 'superseded' },
    ]);
    expect(await work.redrive(contoso, { kind: 'Alert' })).toBe(0);
    expect(await work.read(contoso, first.id)).toEqual(superseded);
    await work.drain('alerts', pass);
    expect(await work.read(contoso, first.id)).toEqual(superseded);
  });

  test('works once the other one failed too', async () => {
    const { work } = testWork(await freshTables(), carryOf(failed, failed, done));
    const first = await work.perform(await accepted(work, named));
    const second = await accepted(work, named);
    await work.redrive(contoso, { ids: [first.id] });
    await work.perform(second);
    expect(await work.redrive(contoso, { ids: [first.id] })).toBe(1);
    await work.drain('alerts', pass);
    expect(await work.read(contoso, first.id)).toMatchObject({ status: 'Succeeded' });
    expect(await work.redrive(contoso, { ids: [second.operation.id] })).toBe(0);
  });
});

describe('whatever happens at the same time', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await freshTables();
  });
  const moves = ['accept', 'accept', 'perform', 'cancel', 'redrive'] as const;

  test('a name has at most one holder', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...moves), { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 5 }),
        fc.array(fc.constantFrom(done, failed, canceled), { minLength: 1, maxLength: 5 }),
        async (rounds, outcomes) => {
          runs += 1;
          const tenantId = `tenant-${runs}`;
          const { work } = testWork(tables, carryOf(...outcomes));
          const ids: string[] = [];
          const claims: Awaited<ReturnType<typeof accepted>>[] = [];
          const make = {
            accept: async () => {
              const answer = await work.accept(newOperation({ ...named, tenantId }));
              if (answer.outcome !== 'accepted') return void expect(answer.outcome).toBe('taken');
              ids.push(answer.operation.id);
              claims.push(answer);
            },
            perform: async () => {
              const claim = claims.shift();
              if (claim) await work.perform(claim);
            },
            cancel: async () => void (await work.cancel(tenantId, ids.at(-1) ?? '')),
            redrive: async () => void (await work.redrive(tenantId, { kind: 'Alert' })),
          };
          for (const round of rounds) {
            await Promise.all(round.map((move) => make[move]()));
            const operations = await Promise.all(ids.map((id) => work.read(tenantId, id)));
            const holding = operations.filter((one) => one?.status !== 'Failed' && one?.status !== 'Canceled');
            expect(holding.length).toBeLessThanOrEqual(1);
            const holder = await work.holderOf(tenantId, named.exclusive);
            expect(holder?.operationId).toBe(holding[0]?.id);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

async function countRows(tables: Tables): Promise<number> {
  let count = 0;
  for await (const _row of tables('work').listEntities()) count += 1;
  return count;
}
