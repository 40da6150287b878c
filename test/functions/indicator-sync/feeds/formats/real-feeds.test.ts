import { describe, expect, test } from 'vitest';
import { decodeFeed } from '../../../../../functions/indicator-sync/feeds/formats/decode-feed.ts';
import { fromCsv } from '../../../../../functions/indicator-sync/feeds/formats/from-csv.ts';
import { fromList } from '../../../../../functions/indicator-sync/feeds/formats/from-list.ts';
import { fromStix, fromStixObjects } from '../../../../../functions/indicator-sync/feeds/formats/from-stix.ts';
import type { ParsedFeed, ParsedItems } from '../../../../../shared/indicators/feed-item.ts';
import { readFeed } from '../../../../builders/feeds.ts';

const now = Date.parse('2026-11-20T10:00:00Z');

function textOf(name: string): string {
  const decoded = decodeFeed(readFeed(name));
  if ('unreadable' in decoded) throw new Error(decoded.unreadable.detail);
  return decoded.text;
}

function parsed(feed: ParsedFeed): ParsedItems {
  if ('unreadable' in feed) throw new Error(feed.unreadable.detail);
  expect(feed.read).toBe(feed.items.length + feed.rejects.length);
  return feed;
}

function count(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function summary(feed: ParsedFeed) {
  const { items, rejects, read } = parsed(feed);
  return { read, accepted: count(items.map((i) => i.indicatorType)), rejected: count(rejects.map((r) => r.code)) };
}

describe('STIX', () => {
  test('amnesty-pegasus: 1,438 names; process names, mail addresses and a file name are no indicators', () => {
    const feed = fromStix(textOf('amnesty-pegasus.stix2'), now);
    expect(summary(feed)).toEqual({
      read: 1549,
      accepted: { DomainName: 1438 },
      rejected: { unsupported_type: 111 },
    });
    const named = parsed(feed).rejects.map((r) => /for (\S+)\.$/.exec(r.detail)?.[1] ?? r.detail);
    expect(count(named)).toEqual({ 'process:name': 81, 'email-addr:value': 29, 'file:name': 1 });
  });

  test('amnesty-novispy: addresses that are called names are addresses', () => {
    expect(summary(fromStix(textOf('amnesty-novispy.stix2'), now))).toEqual({
      read: 18,
      accepted: { IpAddress: 7, FileSha256: 4 },
      rejected: { unsupported_type: 7 },
    });
  });

  test('a day of tweetfeed as TAXII objects', () => {
    const objects = JSON.parse(textOf('tweetfeed-taxii/2026-08-22.0.json')) as unknown[];
    const { items, rejects } = parsed(fromStixObjects(objects, now));
    expect(items.length + rejects.length).toBe(objects.length);
    expect(items.length).toBeGreaterThan(0);
    expect(rejects).toEqual([]);
    expect(items[0]).toMatchObject({ externalId: expect.stringMatching(/^indicator--/), title: expect.any(String) });
  });
});

describe('CSV', () => {
  const types = { domain: 'DomainName', url: 'Url', ip: 'IpAddress', md5: 'FileMd5', sha256: 'FileSha256' } as const;
  const tweetfeed = { header: false, delimiter: ',', columns: { value: 3, type: 2, description: 4 }, types };

  test('tweetfeed-month: 12,092 rows', () => {
    const feed = fromCsv(textOf('tweetfeed-month.csv'), tweetfeed, now);
    expect(summary(feed)).toEqual({
      read: 12092,
      accepted: { DomainName: 4880, Url: 5487, IpAddress: 730, FileMd5: 239, FileSha256: 435 },
      rejected: { duplicate: 313, invalid_value: 6, private_address: 2 },
    });
  });

  test('stalkerware-network: a header, and two URLs that are called names', () => {
    const types = { domain: 'DomainName', ipv4: 'IpAddress' } as const;
    const source = { header: true, delimiter: ',', columns: { value: 'indicator', type: 'type', title: 'app' }, types };
    const feed = fromCsv(textOf('stalkerware-network.csv'), source, now);
    expect(summary(feed)).toEqual({
      read: 1034,
      accepted: { DomainName: 957, Url: 2, IpAddress: 66 },
      rejected: { duplicate: 9 },
    });
    expect(parsed(feed).items[0]).toEqual({
      indicatorType: 'DomainName',
      indicatorValue: '1ca43.appspot.com',
      title: 'TheTruthSpy',
      place: 'line 2',
    });
  });
});

describe('lists', () => {
  test('ipsum-level-3: 14,217 addresses', () => {
    const feed = fromList(textOf('ipsum-level-3.txt'), { type: 'IpAddress' }, now);
    expect(summary(feed)).toEqual({ read: 14217, accepted: { IpAddress: 14217 }, rejected: {} });
  });

  test('ipsum: comments and scores beside the addresses', () => {
    const feed = fromList(textOf('ipsum.txt'), {}, now);
    expect(summary(feed)).toEqual({ read: 120430, accepted: { IpAddress: 120430 }, rejected: {} });
  });

  test('threatfox: repeated lines are duplicates, and one address is not external', () => {
    const feed = fromList(textOf('threatfox-history/01.txt'), {}, now);
    expect(summary(feed)).toEqual({
      read: 2967,
      accepted: { IpAddress: 2004 },
      rejected: { duplicate: 962, private_address: 1 },
    });
    expect(parsed(feed).rejects.filter((r) => r.code !== 'duplicate')).toMatchObject([{ value: '100.82.195.65' }]);
  });
});
