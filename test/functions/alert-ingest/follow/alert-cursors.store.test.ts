import { describe, expect, it } from 'vitest';
import { createAlertCursors } from '../../../../functions/alert-ingest/follow/alert-cursors.store.ts';
import { startAt } from '../../../../functions/alert-ingest/follow/alert-cursor.ts';
import type { AlertCursor } from '../../../../functions/alert-ingest/follow/alert-cursor.ts';
import { createLinkedTenants } from '../../../../shared/alerts/linked-tenants.store.ts';
import { freshTables } from '../../../builders/storage.ts';
import { contoso, fabrikam, hourMs, movedClock } from '../../../builders/work.ts';

async function setUp() {
  const tables = await freshTables();
  let made = 0;
  const newId = (): string => `n${(made += 1)}`;
  return {
    tables,
    here: createAlertCursors(tables('ledger'), newId),
    there: createAlertCursors(tables('ledger'), newId),
  };
}

const cursor: AlertCursor = { ...startAt(0), observedSince: 5n, seen: [['abc', 7n]] };

describe('cursors', () => {
  it('are read back as they were written', async () => {
    const { here, there } = await setUp();
    const begun = await here.begin(contoso, 'Defender', cursor);
    await here.begin(contoso, 'Graph', startAt(1));
    const all = await there.readAll();
    expect([...all.keys()].toSorted()).toEqual([`${contoso}|Defender`, `${contoso}|Graph`]);
    expect(all.get(`${contoso}|Defender`)).toEqual(begun);
    expect(begun).toMatchObject({ cursor, busyUntilMs: 0 });
  });

  it('are begun and moved by one at a time', async () => {
    const { here, there } = await setUp();
    const begun = await Promise.all([here, there].map((each) => each.begin(contoso, 'Defender', cursor)));
    expect(begun.filter((each) => each !== undefined)).toHaveLength(1);
    const [stored] = [...(await here.readAll()).values()];
    if (stored === undefined) throw new Error('It was begun.');
    const next = { cursor: { ...cursor, at: 9n }, busyUntilMs: 3 };
    const moved = await Promise.all([here, there].map((each) => each.write(stored, next)));
    expect(moved.filter((each) => each !== undefined)).toMatchObject([next]);
    expect(await here.write(stored, next)).toBeUndefined();
  });

  it('hold what an hour of a storm leaves', async () => {
    const { here } = await setUp();
    const seen = Array.from({ length: 20_000 }, (_, i) => [`name-${i}-${i * 7}`.slice(0, 11), BigInt(i)] as const);
    await here.begin(contoso, 'Defender', { ...cursor, seen });
    expect((await here.readAll()).get(`${contoso}|Defender`)?.cursor.seen).toHaveLength(20_000);
  });

  it('are not taken out under somebody’s hands', async () => {
    const { here, there } = await setUp();
    const begun = await here.begin(contoso, 'Defender', cursor);
    if (begun === undefined) throw new Error('It was begun.');
    const moved = await there.write(begun, { cursor, busyUntilMs: 3 });
    await here.remove(begun);
    expect((await here.readAll()).size).toBe(1);
    if (moved !== undefined) await there.remove(moved);
    expect((await here.readAll()).size).toBe(0);
  });
});

describe('tenants with alerts of ours', () => {
  it('are noted by the hour, and read together', async () => {
    const { tables } = await setUp();
    const clock = movedClock();
    const begun: string[] = [];
    const noted = createLinkedTenants({
      ...{ table: tables('ledger'), now: clock.now },
      begin: (tenantId, via) => Promise.resolve(begun.push(`${tenantId}|${via}`)),
    });
    const startMs = clock.now();
    for (const tenantId of [contoso, fabrikam]) await noted.note(tenantId, 'Defender');
    clock.move(hourMs / 2);
    await noted.note(contoso, 'Defender');
    await noted.note(contoso, 'Graph');
    clock.move(hourMs);
    await noted.note(fabrikam, 'Defender');
    expect(begun).toEqual([`${contoso}|Defender`, `${fabrikam}|Defender`, `${contoso}|Graph`, `${fabrikam}|Defender`]);
    expect(await noted.readAll()).toEqual(
      new Map([
        [`${contoso}|Defender`, startMs],
        [`${contoso}|Graph`, startMs + hourMs / 2],
        [`${fabrikam}|Defender`, startMs + 1.5 * hourMs],
      ]),
    );
  });
});
