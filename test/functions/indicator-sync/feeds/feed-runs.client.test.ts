import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFeedRuns } from '../../../../functions/indicator-sync/feeds/feed-runs.client.ts';
import {
  names,
  nobodyListens,
  openInstance,
  serveFeeds,
  syncOnce,
  tenantId,
} from '../../../builders/indicator-sync.ts';
import type { FeedAnswer } from '../../../builders/indicator-sync.ts';
import { readFeed } from '../../../builders/feeds.ts';
import { startMicrosoft } from '../../../builders/microsoft.ts';
import { setUpIndicatorSync } from '../../../builders/sync-world.ts';
import type { SyncWorld } from '../../../builders/sync-world.ts';
import { dayMs, minuteMs } from '../../../builders/work.ts';
import type { Simulator } from '../../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const csv = { kind: 'Csv', header: true, columns: { value: 'value', type: 'type' }, types: { domain: 'DomainName' } };
const list = { kind: 'List', type: 'DomainName' };
const stix = { kind: 'Stix' };
const lines = (count: number) => `${names(count).join('\n')}\n`;

const latin1 = Buffer.concat([Buffer.from('a.bad.example\nb.bad.example # caf', 'latin1'), Buffer.from([0xe9, 0x0a])]);
const utf16WithoutMark = Buffer.from('a.bad.example\n', 'utf16le');
const halfWay: FeedAnswer = (response) => {
  response.writeHead(200, { 'content-length': '1000000' });
  response.write(lines(10), () => response.destroy());
};

describe('a source that cannot be read', () => {
  it.each<[string, object, FeedAnswer | undefined, string, RegExp]>([
    ['is not there', list, undefined, 'source', /404/],
    ['does not listen', { ...list, url: `${nobodyListens}/list` }, lines(1), 'source', /ECONNREFUSED/],
    ['ends half-way', list, halfWay, 'source', /did not end as it should/],
    ['fails', list, (response) => void response.writeHead(500).end('oops'), 'source', /500/],
    [
      'moves on',
      list,
      (response) => void response.writeHead(302, { location: '/x' }).end(),
      'source',
      /302.*redirects/i,
    ],
    ['is a part', list, (response) => void response.writeHead(206).end(lines(1)), 'source', /206/],
    ['is what it was', list, (response) => void response.writeHead(304).end(), 'source', /304/],
    ['is over the size limit', list, Buffer.alloc(32 * 1024 * 1024 + 1, 'a\n'), 'source', /longer than 33554432 bytes/],
    ['is one giant line', list, 'a'.repeat(2 * 1024 * 1024), 'line 1', /longer than 1 MiB/],
    ['is one giant row', csv, `value,type\n"${'a'.repeat(2 * 1024 * 1024)}",domain\n`, 'line 2', /CSV/],
    ['is not UTF-8', list, latin1, 'line 2', /not valid UTF-8/],
    ['is UTF-16 without its mark', list, utf16WithoutMark, 'line 1', /NUL/],
    ['is empty', list, '', 'line 1', /empty/],
    ['is blank', csv, ' \n\r\n ', 'line 1', /empty/],
    ['is a web page', list, '<!doctype html><html><body>Sign in</body></html>', 'line 1', /HTML/],
    ['is a web page in place of CSV', csv, '<html>Sign in</html>', 'line 1', /HTML/],
    ['is a web page in place of STIX', stix, '<html>Sign in</html>', '#', /not JSON/],
    ['is JSON in place of a list', list, '{"objects": []}', 'line 1', /JSON/],
    [
      'is JSON in place of CSV',
      { kind: 'Csv', columns: { value: 0 } },
      '{\n  "a": 1,\n  "b": 2\n}\n',
      'line 1',
      /JSON/,
    ],
    ['has other columns', csv, 'ioc,kind\na.bad.example,domain\n', 'line 1', /No column is called value/],
    [
      'is another delimiter’s CSV',
      { ...csv, header: false, columns: { value: 1 } },
      'x;a.bad.example\nx;b.bad.example\n',
      'line 1',
      /Not one of 2/,
    ],
    ['is a list in place of STIX', stix, lines(3), '#', /not JSON/],
    ['is JSON, but no bundle', stix, '{"type": "indicator"}', '#', /no STIX bundle/],
    ['is a bundle that is cut off', stix, readFeed('amnesty-pegasus.stix2').subarray(0, 100_000), '#', /cut off/],
    ['is gzip that nobody announced', list, Buffer.from([0x1f, 0x8b, 8, 0]), 'byte 1', /gzip/],
    ['quotes without an end', csv, 'value,type\n"a.bad.example,domain\nb.bad.example,domain\n', 'line 3', /CSV/],
  ])('%s: the error names feed and place, and everything stays as it was', async (_, source, body, place, detail) => {
    const world = await setUpIndicatorSync(simulator);
    const { server, instance, control, rows } = world;
    await server.put('blocklist', {}, list);
    await server.publish('blocklist', names(3));
    await syncOnce(instance);
    const before = await snapshot(world);
    const version = (await server.runs.readStatus('blocklist'))?.version;

    await server.put('blocklist', {}, source);
    server.serve('blocklist', body);
    control.clock.advance(minuteMs);
    const error = await server.runs.refresh('blocklist').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'RejectedInput', code: 'source_failed' });
    expect((error as Error).message).toMatch(new RegExp(`^blocklist, ${place}: `));
    expect((error as Error).message).toMatch(detail);

    expect(await server.runs.readStatus('blocklist')).toMatchObject({
      version,
      lastRun: { at: '2025-03-03T04:01:00Z', outcome: 'Failed', read: 0, accepted: 0, rejected: { unreadable: 1 } },
    });
    expect(await server.runs.readRejects('blocklist')).toMatchObject([{ place, code: 'unreadable' }]);
    await syncOnce(instance);
    expect(await snapshot(world)).toEqual(before);
    expect(rows()).toHaveLength(3);
    expect(instance.lines.join('\n')).not.toContain('Sign in');
  });

  it('that never was read before leaves no version', async () => {
    const { server } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await expect(server.runs.refresh('blocklist')).rejects.toMatchObject({ code: 'source_failed' });
    expect(await server.runs.readStatus('blocklist')).toMatchObject({ version: 0, lastRun: { outcome: 'Failed' } });
    await server.publish('blocklist', names(1));
    expect(await server.runs.readStatus('blocklist')).toMatchObject({ version: 1, lastRun: { outcome: 'Accepted' } });
    expect(await server.runs.readRejects('blocklist')).toEqual([]);
  });

  it('because there is no feed of that name is not found', async () => {
    const { server } = await setUpIndicatorSync(simulator);
    await expect(server.runs.refresh('nothing')).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** What a failing source must not change: the accepted contents, the ledger and the tenant's rows. */
async function snapshot({ instance, rows }: SyncWorld) {
  const stored = await instance.versions.readState('blocklist');
  return {
    items: stored && (await instance.versions.readContents(stored)),
    ledger: (await instance.ledgers.read(tenantId)).ledger,
    rows: rows(),
  };
}

describe('a source that can be read', () => {
  it('takes a byte order mark and Windows line ends for what they are', async () => {
    const { server } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    for (const text of ['\ufeffa.bad.example\r\nb.bad.example\r\n', 'a.bad.example\rb.bad.example']) {
      server.serve('blocklist', text);
      await server.runs.refresh('blocklist');
      expect((await server.runs.readStatus('blocklist'))?.lastRun).toMatchObject({
        read: 2,
        accepted: 2,
        rejected: {},
      });
    }
    server.serve('blocklist', Buffer.from('\ufeffa.bad.example\n', 'utf16le'));
    await server.runs.refresh('blocklist');
    expect((await server.runs.readStatus('blocklist'))?.lastRun).toMatchObject({ outcome: 'Accepted', accepted: 1 });
  });

  it('rejects a broken line with its number, and takes the others', async () => {
    const { server } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', {}, csv);
    server.serve(
      'blocklist',
      'value,type\na.bad.example,domain\n10.0.0.1,domain\nbroken\nb.bad.example,nonsense\nc.bad.example,domain\n',
    );
    await server.runs.refresh('blocklist');
    expect((await server.runs.readStatus('blocklist'))?.lastRun).toMatchObject({
      outcome: 'Accepted',
      ...{ read: 5, accepted: 2, rejected: { private_address: 1, unreadable: 1, unsupported_type: 1 } },
    });
    expect((await server.runs.readRejects('blocklist')).map(({ place, code }) => `${place} ${code}`)).toEqual([
      'line 3 private_address',
      'line 4 unreadable',
      'line 5 unsupported_type',
    ]);
  });

  it('rejects what touches the partner’s own names, which goes at once and is no shrinking', async () => {
    const { server, instance, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', { guard: { removeAfter: 'P2D', maxShrinkPercent: 0 } });
    const { feeds, versions, now, log } = instance;
    server.serve('blocklist', 'a.bad.example\nshop.contoso.example\n');
    const { readSource } = server;
    const unguarded = createFeedRuns({
      ...{ feeds, versions, readSource, now, log },
      ...{ ownNames: [], mostValues: Infinity, tell: () => Promise.resolve() },
    });
    await unguarded.refresh('blocklist');
    await syncOnce(instance);
    expect(rows()).toMatchObject([{ indicatorValue: 'a.bad.example' }]);

    await server.runs.refresh('blocklist');
    expect(await server.runs.readStatus('blocklist')).toMatchObject({
      lastRun: { outcome: 'Accepted', read: 2, accepted: 1, rejected: { protected_name: 1 } },
    });
    expect(await server.runs.readRejects('blocklist')).toEqual([
      {
        ...{ place: 'line 2', value: 'shop.contoso.example', code: 'protected_name' },
        detail: 'shop.contoso.example would touch the protected name contoso.example.',
      },
    ]);
  });

  it('lists why nothing of it is taken, when what it says is clear', async () => {
    const { server } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', {}, csv);
    server.serve('blocklist', 'value,type\na.bad.example,hostname\nb.bad.example,hostname\n');
    await server.runs.refresh('blocklist');
    expect(await server.runs.readStatus('blocklist')).toMatchObject({
      lastRun: { outcome: 'Accepted', read: 2, accepted: 0, rejected: { unsupported_type: 2 } },
    });
    expect(await server.runs.readRejects('blocklist')).toMatchObject([{ place: 'line 2' }, { place: 'line 3' }]);
  });

  it('lists why nothing of a STIX bundle can be an indicator', async () => {
    const { server } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', {}, stix);
    const pattern = "[domain-name:value = 'a.bad.example' AND ipv4-addr:value = '203.0.113.9']";
    const indicator = { type: 'indicator', id: 'indicator--1', pattern, pattern_type: 'stix' };
    server.serve('blocklist', JSON.stringify({ type: 'bundle', id: 'bundle--1', objects: [indicator] }));
    await server.runs.refresh('blocklist');
    const { lastRun } = (await server.runs.readStatus('blocklist')) ?? {};
    expect(lastRun).toMatchObject({ outcome: 'Accepted', read: 1, accepted: 0, rejected: { unsupported_pattern: 1 } });
    expect(await server.runs.readRejects('blocklist')).toMatchObject([{ place: '#/objects/0 indicator--1' }]);
  });

  it('reads the real feeds, and knows them again', async () => {
    const { server } = await setUpIndicatorSync(simulator);
    await server.put('pegasus', {}, stix);
    await server.put('ipsum', {}, { kind: 'List' });
    server.serve('pegasus', readFeed('amnesty-pegasus.stix2'));
    server.serve('ipsum', readFeed('ipsum-level-3.txt'));
    for (const feedId of ['pegasus', 'ipsum']) {
      await server.runs.refresh(feedId);
      expect((await server.runs.readStatus(feedId))?.lastRun?.outcome).toBe('Accepted');
      await server.runs.refresh(feedId);
      expect((await server.runs.readStatus(feedId))?.lastRun?.outcome).toBe('Unchanged');
    }
  });

  it('keeps a feed of 30,000 long values, and every one of its rejects, however badly they pack', async () => {
    const { server, instance } = await setUpIndicatorSync(simulator);
    const path = (seed: number) =>
      Array.from({ length: 80 }, (_, i) =>
        Math.imul(seed * 80 + i + 1, 0x9e3779b1)
          .toString(36)
          .slice(-6),
      ).join('');
    const urls = Array.from({ length: 30_000 }, (_, i) => `https://bad.example/${path(i)}`);
    await server.put('urls', { select: { types: ['Url'] } }, { kind: 'List', type: 'Url' });
    server.serve('urls', [...urls, ...urls.slice(0, 10_000)].join('\n'));
    await server.runs.refresh('urls');
    const stored = await instance.versions.readState('urls');
    const items = stored ? await instance.versions.readContents(stored) : [];
    expect(new Set(items.map(({ indicatorValue }) => indicatorValue))).toEqual(new Set(urls));
    expect(await server.runs.readRejects('urls')).toHaveLength(10_000);
  });
});

describe('a version that shrinks too far', () => {
  it('is held: what is new goes on, what is missing waits until somebody confirms that very version', async () => {
    const { server, instance, control, rows } = await setUpIndicatorSync(simulator);
    const guard = { removeAfter: 'PT0S', maxShrinkPercent: 20 };
    const values = () =>
      rows()
        .map(({ indicatorValue }) => indicatorValue)
        .sort();
    await server.put('blocklist', { guard });
    await server.publish('blocklist', names(10));
    await syncOnce(instance);
    control.clock.advance(minuteMs);
    await server.publish('blocklist', [...names(3), 'new.bad.example']);
    const held = await server.runs.readStatus('blocklist');
    expect(held).toMatchObject({ lastRun: { outcome: 'Held' }, held: { version: 2, wouldRemove: 7, of: 10 } });
    await syncOnce(instance);
    expect(values()).toEqual([...names(10), 'new.bad.example'].sort());

    await expect(server.runs.confirm('blocklist', 1)).rejects.toMatchObject({ code: 'plan_changed' });
    await expect(server.runs.confirm('blocklist', 3)).rejects.toMatchObject({ code: 'plan_changed' });
    await server.runs.confirm('blocklist', 2);
    expect((await server.runs.readStatus('blocklist'))?.held).toBeUndefined();
    await expect(server.runs.confirm('blocklist', 2)).rejects.toMatchObject({ code: 'plan_changed' });
    await syncOnce(instance);
    expect(values()).toEqual([...names(3), 'new.bad.example'].sort());
  });

  it('lets a value go after its grace, at the time and not before', async () => {
    const { server, instance, control, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', { guard: { removeAfter: 'P2D', maxShrinkPercent: 50 } });
    await server.publish('blocklist', names(10));
    await syncOnce(instance);
    await server.publish('blocklist', names(9));
    await syncOnce(instance);
    control.clock.advance(2 * dayMs - minuteMs);
    await syncOnce(instance);
    expect(rows()).toHaveLength(10);
    control.clock.advance(minuteMs);
    await syncOnce(instance);
    expect(rows()).toHaveLength(9);
  });
});

describe('readings that cross', () => {
  it('of the same contents make one version, and leave nothing behind', async () => {
    const { server, instance } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    server.serve('blocklist', lines(20));
    const other = await serveFeeds(await openInstance(simulator, instance.tables));
    other.serve('blocklist', lines(20));
    await Promise.all([server, server, server].map(({ runs }) => runs.refresh('blocklist')));
    expect(await other.runs.readStatus('blocklist')).toMatchObject({ version: 1 });
    const rows: string[] = [];
    for await (const { partitionKey, rowKey } of instance.tables('feeds').listEntities())
      rows.push(`${partitionKey} ${rowKey}`);
    expect(rows.filter((row) => row.startsWith('feed|'))).toHaveLength(1);
  });

  it('let the one that began later stand', async () => {
    const { server, instance, control } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(1));
    control.clock.advance(minuteMs);
    const { feeds, versions, ownNames, now, log } = instance;
    const nobody = () => Promise.resolve();
    const slow = createFeedRuns({
      ...{ feeds, versions, ownNames, now, log, mostValues: Infinity, tell: nobody },
      readSource: async () => {
        control.clock.advance(minuteMs);
        await server.publish('blocklist', names(3));
        return { items: [], rejects: [], read: 0 };
      },
    });
    await slow.refresh('blocklist');
    expect(await server.runs.readStatus('blocklist')).toMatchObject({ version: 2, lastRun: { accepted: 3 } });
  });

  it('read again when the document was changed meanwhile: what was read is then another feed’s', async () => {
    const { server, instance } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    server.serve('other', lines(2));
    server.serve('blocklist', (response) => {
      void server.put('blocklist', {}, { ...list, url: `${server.url}/other` }).then(() => response.end(lines(5)));
    });
    await server.runs.refresh('blocklist');
    expect((await server.runs.readStatus('blocklist'))?.lastRun).toMatchObject({ accepted: 2 });
    expect(instance.lines.filter((line) => line.includes('feed.accepted'))).toHaveLength(1);
  });

  it('do not disturb a plan, nor who reads rejects, though lists are replaced under their hands', async () => {
    const { server, instance } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', [...names(5), 'broken']);
    const { versions } = instance;
    let overtaken = 0;
    const overtaking = {
      ...versions,
      readContents: async (...stored: Parameters<typeof versions.readContents>) => {
        overtaken += 1;
        if (overtaken < 3) await server.publish('blocklist', [...names(5, overtaken), 'broken']);
        return versions.readContents(...stored);
      },
    };
    const { feeds, ownNames, now, log } = instance;
    const runs = createFeedRuns({
      ...{ feeds, versions: overtaking, ownNames, mostValues: Infinity, now, log, tell: () => Promise.resolve() },
      readSource: () => Promise.resolve({ items: [], rejects: [], read: 0 }),
    });
    await runs.refresh('blocklist');
    expect(overtaken).toBe(3);
    expect(await server.runs.readStatus('blocklist')).toMatchObject({ version: 4, lastRun: { accepted: 0 } });
  });
});

describe('values of all feeds together', () => {
  it('are no more than the instance holds: a feed that would have more stays as it was', async () => {
    const { server, instance } = await setUpIndicatorSync(simulator);
    const { feeds, versions, ownNames, now, log } = instance;
    const { readSource } = server;
    const runs = createFeedRuns({
      ...{ feeds, versions, readSource, ownNames, now, log },
      ...{ mostValues: 10, tell: () => Promise.resolve() },
    });
    await server.put('first', { guard: { removeAfter: 'P2D', maxShrinkPercent: 100 } });
    await server.publish('first', names(6));
    await server.put('second');
    await server.publish('second', names(4, 6));

    server.serve('second', names(5, 6).join('\n'));
    await expect(runs.refresh('second')).rejects.toMatchObject({
      ...{ code: 'source_failed', message: expect.stringMatching(/5 values .* other feeds have 6, .* holds 10/) },
    });
    expect(await server.runs.readStatus('second')).toMatchObject({ version: 1, lastRun: { outcome: 'Failed' } });
    // What waits to be taken out is in memory too.
    server.serve('first', names(6, 10).join('\n'));
    await expect(runs.refresh('first')).rejects.toMatchObject({ message: expect.stringMatching(/12 values/) });
    server.serve('second', names(4, 6).join('\n'));
    await runs.refresh('second');
    expect(await server.runs.readStatus('second')).toMatchObject({ lastRun: { outcome: 'Unchanged' } });
  });
});
