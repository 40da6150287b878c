import { describe, expect, test } from 'vitest';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, fabrikam, minuteMs, noCarry, testWork } from '../../builders/work.ts';

describe('list', () => {
  test('newest first, page by page, whole', async () => {
    const { work, clock } = testWork(await freshTables(), noCarry);
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      clock.move(1_000);
      ids.unshift((await accepted(work, { isLeftToTimer: true })).operation.id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await work.list(contoso, {}, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...(page?.operations ?? []).map(({ id }) => id));
      expect(page?.operations.length).toBeLessThanOrEqual(2);
      cursor = page?.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids);
  });

  test('by every filter, also by what became known later', async () => {
    const machineId = 'a'.repeat(40);
    const { work, clock } = testWork(
      await freshTables(),
      carryOf({
        outcome: 'Done',
        result: { machine: { id: machineId } },
        upstream: { alertId: 'da1', incidentId: 17 },
      }),
    );
    const startMs = clock.now();
    const alert = await work.perform(await accepted(work, { kind: 'Alert', reference: 'finding-1' }));
    clock.move(minuteMs);
    const { operation: action } = await accepted(work);
    const ids = async (filter: Parameters<typeof work.list>[1]): Promise<readonly string[]> =>
      ((await work.list(contoso, filter, { limit: 10 }))?.operations ?? []).map(({ id }) => id);
    expect(await ids({})).toEqual([action.id, alert.id]);
    expect(await ids({ kind: 'Alert' })).toEqual([alert.id]);
    expect(await ids({ status: 'NotStarted' })).toEqual([action.id]);
    expect(await ids({ machineId })).toEqual([alert.id]);
    for (const reference of ['finding-1', 'da1', '17']) expect(await ids({ reference })).toEqual([alert.id]);
    expect(await ids({ reference: "' or '1' eq '1" })).toEqual([]);
    expect(await ids({ fromMs: startMs, toMs: startMs })).toEqual([alert.id]);
    expect(await ids({ fromMs: startMs + 1 })).toEqual([action.id]);
    expect(await ids({ kind: 'Alert', status: 'NotStarted' })).toEqual([]);
  });

  test('of another tenant is empty, and a foreign cursor is told', async () => {
    const { work } = testWork(await freshTables(), noCarry);
    await accepted(work);
    expect(await work.list(fabrikam, {}, { limit: 10 })).toEqual({ operations: [] });
    expect(await work.list(contoso, {}, { limit: 10, cursor: 'abc' })).toBeUndefined();
  });
});
