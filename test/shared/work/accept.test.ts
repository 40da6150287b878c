import { describe, expect, test } from 'vitest';
import { operationSchema } from '../../../shared/contract/operation.ts';
import { freshTables } from '../../builders/storage.ts';
import {
  accepted,
  carryOf,
  contoso,
  fabrikam,
  minuteMs,
  newOperation,
  noCarry,
  pass,
  testWork,
} from '../../builders/work.ts';

const done = carryOf({ outcome: 'Done' });

describe('accept', () => {
  test('gives an operation of the contract’s form, which is read back and listed alike', async () => {
    const { work } = testWork(await freshTables(), noCarry);
    const { operation } = await accepted(work, { reference: 'finding-1' });
    expect(operationSchema.parse(operation)).toEqual(operation);
    expect(operation).toMatchObject({
      kind: 'Action',
      status: 'NotStarted',
      stage: 'Submitting',
      version: 1,
      attempts: 0,
      callerId: 'soar',
    });
    expect(await work.read(contoso, operation.id)).toEqual(operation);
    expect(await work.list(contoso, {}, { limit: 50 })).toEqual({ operations: [operation] });
  });

  test('the same key again is the same operation, as it stands by then', async () => {
    const { work } = testWork(await freshTables(), done);
    const input = newOperation();
    const first = await accepted(work, input);
    const finished = await work.perform(first);
    expect(finished.status).toBe('Succeeded');
    expect(await work.accept(input)).toEqual({ outcome: 'replayed', operation: finished });
  });

  test('the same key with something else is refused', async () => {
    const { work } = testWork(await freshTables(), noCarry);
    const input = newOperation();
    await work.accept(input);
    expect(await work.accept({ ...input, fingerprint: 'of other bytes' })).toEqual({ outcome: 'key_reused' });
  });

  test.each([
    ['tenant', { tenantId: fabrikam }],
    ['caller', { callerId: 'siem' }],
  ])('the same key of another %s is another operation', async (_name, other) => {
    const { work } = testWork(await freshTables(), noCarry);
    const input = newOperation();
    const first = await accepted(work, input);
    const second = await accepted(work, { ...input, ...other });
    expect(second.operation.id).not.toBe(first.operation.id);
  });

  test('a hundred at once with one key, through two instances: one operation, equal answers', async () => {
    const tables = await freshTables();
    const { work, again } = testWork(tables, noCarry);
    const other = again({});
    const input = newOperation();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? work : other).accept(input)),
    );
    const operations = answers.map((answer) => ('operation' in answer ? answer.operation : answer));
    expect(new Set(operations.map((operation) => JSON.stringify(operation))).size).toBe(1);
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect((await work.list(contoso, {}, { limit: 50 }))?.operations).toHaveLength(1);
  });

  test('a request of 256 KiB that does not compress comes back whole', async () => {
    let seen: unknown;
    const { work } = testWork(await freshTables(), ({ request }) => {
      seen = request;
      return Promise.resolve({ outcome: 'Done' });
    });
    let seed = 1;
    const next = (): number => (seed = (seed * 48_271) % 2_147_483_647);
    const request = {
      text: Array.from({ length: 256 * 1024 }, () => String.fromCharCode(33 + (next() % 90))).join(''),
    };
    await work.perform(await accepted(work, { request }));
    expect(seen).toEqual(request);
  });

  test('beyond the backlog it says so, lets known keys through, and what follows from accepted work', async () => {
    const { work, clock } = testWork(await freshTables(), done, { maxBacklog: 3 });
    const known = newOperation({ isLeftToTimer: true });
    await work.accept(known);
    await accepted(work, { isLeftToTimer: true });
    await accepted(work, { isLeftToTimer: true });
    expect(await work.accept(newOperation())).toEqual({ outcome: 'too_many_requests', retryAfterMs: 30_000 });
    expect(await work.accept(known)).toMatchObject({ outcome: 'replayed' });
    await accepted(work, { tenantId: fabrikam });
    await accepted(work, { ignoresBacklog: true });
    await work.drain('actions', pass);
    clock.move(minuteMs);
    await accepted(work);
  });
});

describe('an exclusive name', () => {
  test('is held by one unfinished operation; who asks meanwhile gets that one', async () => {
    const { work } = testWork(await freshTables(), done);
    const first = await accepted(work, { kind: 'IndicatorSync', exclusive: 'sync' });
    expect(await work.accept(newOperation({ exclusive: 'sync' }))).toEqual({
      outcome: 'running',
      operation: first.operation,
    });
    await accepted(work, { exclusive: 'other' });
    await accepted(work, { exclusive: 'sync', tenantId: fabrikam });
    await work.perform(first);
    await accepted(work, { exclusive: 'sync' });
  });

  test('is let go by a cancel too', async () => {
    const { work } = testWork(await freshTables(), done);
    const { operation } = await accepted(work, { exclusive: 'sync' });
    await work.cancel(contoso, operation.id);
    await accepted(work, { exclusive: 'sync' });
  });

  test('is won by one of many', async () => {
    const { work } = testWork(await freshTables(), noCarry);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => work.accept(newOperation({ exclusive: 'sync' }))),
    );
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(answers.filter(({ outcome }) => outcome === 'running')).toHaveLength(19);
    expect(new Set(answers.map((answer) => 'operation' in answer && answer.operation.id)).size).toBe(1);
  });
});
