import { beforeEach, describe, expect, test } from 'vitest';
import { createAlertLinks } from '../../../shared/alerts/alert-links.store.ts';
import type { AlertLinks } from '../../../shared/alerts/alert-links.store.ts';
import type { Tables } from '../../../shared/tables.client.ts';
import { freshTables } from '../../builders/storage.ts';
import { contoso, dayMs, fabrikam, movedClock } from '../../builders/work.ts';
import type { MovedClock } from '../../builders/work.ts';

const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const link = { tenantId: contoso, id: 'finding-1', alertId: 'da1_-1', operationId, via: 'Defender' } as const;

let tables: Tables;
let clock: MovedClock;
let links: AlertLinks;
beforeEach(async () => {
  tables = await freshTables();
  clock = movedClock();
  links = createAlertLinks({ table: tables('ledger'), now: clock.now });
});

async function rows(): Promise<number> {
  let count = 0;
  for await (const _row of tables('ledger').listEntities()) count += 1;
  return count;
}

describe('a link', () => {
  test('is found by either id, in its tenant alone', async () => {
    await links.put(link);
    const linkedAtMs = clock.now();
    expect(await links.byId(contoso, 'finding-1')).toEqual({ ...link, linkedAtMs });
    expect(await links.byId(contoso, 'finding-2')).toBeUndefined();
    expect(await links.byId(fabrikam, 'finding-1')).toBeUndefined();
    expect(await links.byAlertId(contoso, ['da1_-1', 'da2_2', 'da1_-1'])).toEqual(
      new Map([
        [
          'da1_-1',
          { tenantId: contoso, alertId: 'da1_-1', via: 'Defender', links: [{ ...link, linkedAtMs }], written: {} },
        ],
      ]),
    );
    expect(await links.byAlertId(fabrikam, ['da1_-1'])).toEqual(new Map());
  });

  test('put again is the same link', async () => {
    await links.put(link);
    await links.put(link);
    expect((await links.byAlertId(contoso, ['da1_-1'])).get('da1_-1')?.links).toHaveLength(1);
    expect(await rows()).toBe(4);
  });

  test('a merged alert keeps all its ids', async () => {
    await links.put(link);
    await links.put({ ...link, id: 'finding-2', operationId: 'op_aaaaaaaaaaaaaaaaaaaaaaaaaa' });
    const merged = (await links.byAlertId(contoso, ['da1_-1'])).get('da1_-1');
    expect(merged?.links.map(({ id }) => id).toSorted()).toEqual(['finding-1', 'finding-2']);
    expect(await links.byId(contoso, 'finding-2')).toMatchObject({ alertId: 'da1_-1' });
  });

  test('ids and alert ids of any text, many at once', async () => {
    const texts = ['a/b\\c#d?e', "o'neil", ' ', 'ключ\u{1F512}', '|~', '..', 'x'.repeat(128)];
    for (const text of texts) await links.put({ ...link, id: text, alertId: text, via: 'Graph' });
    for (const text of texts) expect(await links.byId(contoso, text)).toMatchObject({ alertId: text, via: 'Graph' });
    const many = [...texts, ...Array.from({ length: 40 }, (_, n) => `da${n}_1`)];
    expect([...(await links.byAlertId(contoso, many)).keys()]).toEqual(texts);
  });
});

describe('what we wrote', () => {
  test('is kept by field, with its time, whatever is linked later', async () => {
    await links.put(link);
    await links.recordWritten(contoso, 'da1_-1', { status: 'InProgress', assignedTo: 'ana' });
    const firstMs = clock.now();
    clock.move(1_000);
    await links.recordWritten(contoso, 'da1_-1', { status: 'Resolved' });
    await links.put({ ...link, id: 'finding-2' });
    expect((await links.byAlertId(contoso, ['da1_-1'])).get('da1_-1')?.written).toEqual({
      status: { value: 'Resolved', atMs: clock.now() },
      assignedTo: { value: 'ana', atMs: firstMs },
    });
  });

  test('of an alert that is not ours nothing is noted', async () => {
    await links.recordWritten(contoso, 'da9_9', { status: 'New' });
    expect(await rows()).toBe(0);
  });
});

describe('the sweep', () => {
  test('forgets after 180 days, and nothing else', async () => {
    await links.put(link);
    clock.move(dayMs);
    await links.put({ ...link, id: 'finding-2' });
    clock.move(179 * dayMs - 1);
    expect(await links.sweep(contoso)).toBe(0);
    clock.move(1);
    expect(await links.sweep(fabrikam)).toBe(0);
    expect(await links.sweep(contoso)).toBe(1);
    expect(await links.byId(contoso, 'finding-1')).toBeUndefined();
    expect((await links.byAlertId(contoso, ['da1_-1'])).get('da1_-1')?.links).toMatchObject([{ id: 'finding-2' }]);
    clock.move(dayMs);
    expect(await links.sweep(contoso)).toBe(1);
    expect(await rows()).toBe(0);
  });

  test('a link that was put again is as old as the last time', async () => {
    await links.put(link);
    clock.move(10 * dayMs);
    await links.put(link);
    clock.move(175 * dayMs);
    expect(await links.sweep(contoso)).toBe(0);
    expect(await links.byId(contoso, 'finding-1')).toBeDefined();
    clock.move(5 * dayMs);
    expect(await links.sweep(contoso)).toBe(1);
    expect(await rows()).toBe(0);
  });

  test('other rows of the tenant stay', async () => {
    await tables('ledger').createEntity({ partitionKey: contoso, rowKey: 'b|07' });
    await links.put(link);
    clock.move(200 * dayMs);
    await links.sweep(contoso);
    expect(await rows()).toBe(1);
  });
});
