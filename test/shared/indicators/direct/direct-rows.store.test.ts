import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DirectRows } from '../../../../shared/indicators/direct/direct-rows.store.ts';
import { createDirectRows } from '../../../../shared/indicators/direct/direct-rows.store.ts';
import type { DirectRow } from '../../../../shared/indicators/direct/direct-row.ts';
import { freshTables } from '../../../builders/storage.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const otherId = '6f1c0000-0000-4000-8000-00000000a002';
const bad = { indicatorType: 'Url', indicatorValue: 'https://bad.example/a?b=#/c\\d' } as const;
const [a, b] = [`op_${'a'.repeat(26)}`, `op_${'b'.repeat(26)}`] as const;

let rows: DirectRows;
beforeEach(async () => {
  rows = createDirectRows((await freshTables())('ledger'), randomUUID);
});

function row(operationId: string, more: Partial<DirectRow> = {}): DirectRow {
  return {
    ...bad,
    ...{ action: 'Block', severity: 'High', title: 't', description: 'd', generateAlert: true, confidence: 100 },
    ...{ expirationTime: '2026-12-20T10:00:00Z', since: '2026-11-20T10:00:00Z', source: 'actions' },
    operationId,
    ...more,
  };
}

const propose = (operationId: string, askedAt = '2026-11-20T10:00:00Z') =>
  rows.propose(tenantId, { source: 'actions', ...bad, operationId, askedAt, row: row(operationId) });

describe('rows asked for directly', () => {
  it('are read as they were written, by tenant, with a mark that changes with them', async () => {
    expect(await rows.read(tenantId)).toEqual({ records: [] });
    await propose(a);
    const first = await rows.read(tenantId);
    expect(first.records).toMatchObject([{ operationId: a, row: row(a), open: {} }]);
    expect(await rows.find(tenantId, bad)).toEqual(first.records);
    expect(await rows.read(otherId)).toEqual({ records: [] });
    await rows.takeBack(tenantId, bad, a);
    const second = await rows.read(tenantId);
    expect(second.records).toEqual([]);
    expect(second.mark).not.toBe(first.mark);
    expect(await rows.readMarks()).toEqual(new Map([[tenantId, second.mark]]));
  });

  it('are one for each kind of asker, and removed together', async () => {
    await propose(a);
    await rows.settle(tenantId, bad, a);
    await rows.block(tenantId, [row(b, { source: 'alerts' })]);
    expect(await rows.find(tenantId, bad)).toHaveLength(2);
    const removal = { ...bad, operationId: `op_${'c'.repeat(26)}`, askedAt: '2026-11-20T11:00:00Z' };
    await rows.proposeRemoval(tenantId, removal);
    expect((await rows.find(tenantId, bad)).map((record) => record.row)).toEqual([undefined, undefined]);
    await rows.takeBack(tenantId, bad, removal.operationId);
    expect((await rows.find(tenantId, bad)).map((record) => record.row?.operationId).sort()).toEqual([a, b]);
    await rows.proposeRemoval(tenantId, removal);
    await rows.settle(tenantId, bad, removal.operationId);
    expect(await rows.find(tenantId, bad)).toEqual([]);
  });

  it('that many want at once are the last one’s, and nobody’s write is lost unseen', async () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(letters.map((letter, i) => propose(`op_${letter.repeat(26)}`, `2026-11-20T10:00:0${i}Z`)));
    expect(await rows.find(tenantId, bad)).toMatchObject([{ operationId: `op_${'f'.repeat(26)}` }]);
  });

  it('are forgotten when their time is over, and with their tenant', async () => {
    await rows.block(tenantId, [
      row(a, { source: 'alerts', expirationTime: '2026-11-21T00:00:00Z' }),
      row(b, { source: 'alerts', indicatorValue: 'https://bad.example/' }),
    ]);
    const { records } = await rows.read(tenantId);
    await rows.forgetOver(tenantId, records, Date.parse('2026-11-21T00:00:00Z'));
    expect((await rows.read(tenantId)).records.map(({ operationId }) => operationId)).toEqual([b]);
    await rows.removeAll(tenantId);
    await rows.removeAll(tenantId);
    expect(await rows.read(tenantId)).toEqual({ records: [] });
    expect(await rows.readMarks()).toEqual(new Map());
  });
});
