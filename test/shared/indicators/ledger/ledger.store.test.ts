import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UpstreamUnavailable } from '../../../../shared/errors.ts';
import { indicatorKey } from '../../../../shared/indicators/feed-item.ts';
import { createLedgers } from '../../../../shared/indicators/ledger/ledger.store.ts';
import { toLedger } from '../../../../shared/indicators/ledger/ledger.ts';
import type { LedgerEntry } from '../../../../shared/indicators/ledger/ledger.ts';
import { openTables } from '../../../../shared/tables.client.ts';
import { startFaultyProxy } from '../../../local/faulty-proxy.ts';
import { createTables, freshStorage, freshTables } from '../../../builders/storage.ts';
import { watched } from '../../../builders/watched-tables.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';

function entryOf(i: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    ...{
      indicatorType: 'DomainName',
      indicatorValue: `n${i}.bad.example`,
      indicatorId: String(1000 + i),
      action: 'Block',
    },
    ...{ expirationTime: '2026-12-20T10:00:00Z', since: '2026-11-20T10:00:00Z', owners: ['phishing'] },
    ...{ fingerprint: `fingerprint ${i}` },
    ...more,
  };
}
const entries = (count: number, from = 0) => Array.from({ length: count }, (_, i) => entryOf(from + i));

async function ledgersOver(tables: Awaited<ReturnType<typeof freshTables>>) {
  const { tables: seen, calls } = watched(tables);
  return { ledgers: createLedgers(seen('ledger'), randomUUID), calls };
}

describe('a tenant’s ledger', () => {
  it('is empty before it was written, and comes back as it was', async () => {
    const { ledgers } = await ledgersOver(await freshTables());
    const empty = await ledgers.read(tenantId);
    expect([empty.ledger.size, empty.etags.size]).toEqual([0, 0]);
    const ledger = toLedger([
      ...entries(100),
      entryOf(100, { pending: true }),
      entryOf(101, { refused: { reason: 'No.', at: '2026-11-20T10:00:00Z' } }),
    ]);
    const written = await ledgers.write(empty, ledger);
    const read = await ledgers.read(tenantId);
    expect(read.ledger).toEqual(ledger);
    expect(read.etags).toEqual(written.etags);
  });

  it('is another tenant’s in no part', async () => {
    const { ledgers } = await ledgersOver(await freshTables());
    await ledgers.write(await ledgers.read(tenantId), toLedger(entries(5)));
    expect((await ledgers.read('6f1c0000-0000-4000-8000-00000000a002')).ledger.size).toBe(0);
  });

  it('of 15,000 takes one call to read and one to write; a change writes only its rows; none is no call', async () => {
    const { ledgers, calls } = await ledgersOver(await freshTables());
    const full = await ledgers.write(await ledgers.read(tenantId), toLedger(entries(15_000)));
    expect(calls.map(({ method }) => method)).toEqual(['listEntities', 'submitTransaction']);
    calls.length = 0;
    await ledgers.write(full, full.ledger);
    expect(calls).toEqual([]);
    const changed = new Map(full.ledger);
    changed.delete(indicatorKey(entryOf(7)));
    const next = await ledgers.write(full, changed);
    expect([...next.etags].filter(([bucket, etag]) => full.etags.get(bucket) !== etag)).toHaveLength(1);
    expect((await ledgers.read(tenantId)).ledger).toEqual(changed);
  });

  it('is written whatever it holds: 15,000 URLs of 800 characters', async () => {
    const { ledgers, calls } = await ledgersOver(await freshTables());
    const noise = (seed: number) =>
      Array.from({ length: 130 }, (_, i) =>
        Math.imul(seed * 130 + i + 1, 0x9e3779b1)
          .toString(36)
          .slice(-6),
      ).join('');
    const urls = Array.from({ length: 15_000 }, (_, i) =>
      entryOf(i, { indicatorType: 'Url', indicatorValue: `http://a/${noise(i)}`.slice(0, 800), pending: true }),
    );
    const written = await ledgers.write(await ledgers.read(tenantId), toLedger(urls));
    const settled = toLedger(urls.map(({ pending: _pending, ...entry }) => entry));
    await ledgers.write(written, settled);
    expect((await ledgers.read(tenantId)).ledger).toEqual(settled);
    expect(calls.filter(({ method }) => method === 'submitTransaction').length).toBeGreaterThan(2);
  });
});

describe('two workers', () => {
  it('that read the same ledger: the second to write is told, and changes nothing', async () => {
    const tables = await freshTables();
    const [a, b] = [createLedgers(tables('ledger'), randomUUID), createLedgers(tables('ledger'), randomUUID)];
    await a.write(await a.read(tenantId), toLedger(entries(50)));
    const [seenByA, seenByB] = [await a.read(tenantId), await b.read(tenantId)];
    const first = toLedger(entries(60));
    await a.write(seenByA, first);
    await expect(b.write(seenByB, toLedger(entries(50, 10)))).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect((await a.read(tenantId)).ledger).toEqual(first);
  });

  it('that both begin: one of them makes the rows', async () => {
    const tables = await freshTables();
    const [a, b] = [createLedgers(tables('ledger'), randomUUID), createLedgers(tables('ledger'), randomUUID)];
    const [seenByA, seenByB] = [await a.read(tenantId), await b.read(tenantId)];
    const done = await Promise.allSettled([
      a.write(seenByA, toLedger(entries(9))),
      b.write(seenByB, toLedger(entries(9, 3))),
    ]);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('storage that loses replies', () => {
  it('has written all the same: the write is known again', async () => {
    const connectionString = await freshStorage();
    await createTables(connectionString);
    const port = Number(/:(\d+)\//.exec(connectionString)?.[1]);
    let repliesToLose = 0;
    const proxy = await startFaultyProxy({
      ...{ targetPort: port, seed: 7 },
      onRequest: () => proxy.setChances(repliesToLose-- > 0 ? { loseReply: 1 } : undefined),
    });
    try {
      const through = connectionString.replaceAll(`:${port}/`, `:${proxy.port}/`);
      const ledgers = createLedgers(openTables({ connectionString: through })('ledger'), randomUUID);
      const empty = await ledgers.read(tenantId);
      repliesToLose = 1;
      const first = await ledgers.write(empty, toLedger(entries(40)));
      repliesToLose = 1;
      const second = await ledgers.write(first, toLedger(entries(40, 20)));
      const read = await ledgers.read(tenantId);
      expect([read.ledger, read.etags]).toEqual([second.ledger, second.etags]);
      expect(proxy.counts.loseReply).toBe(2);
    } finally {
      await proxy.stop();
    }
  });

  it('and storage that is away is told as such', async () => {
    const nowhere = 'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:1/a;';
    const ledgers = createLedgers(openTables({ connectionString: nowhere })('ledger'), randomUUID);
    await expect(ledgers.read(tenantId)).rejects.toBeInstanceOf(UpstreamUnavailable);
    const stored = { tenantId, ledger: new Map(), etags: new Map() };
    await expect(ledgers.write(stored, toLedger(entries(1)))).rejects.toBeInstanceOf(UpstreamUnavailable);
  });
});
