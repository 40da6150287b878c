import { describe, expect, test } from 'vitest';
import {
  acceptPushed,
  acceptVersion,
  confirmVersion,
  failedRun,
} from '../../../../functions/indicator-sync/feeds/accept-version.ts';
import type { Acceptance } from '../../../../functions/indicator-sync/feeds/accept-version.ts';
import { leavesAtMs } from '../../../../functions/indicator-sync/feeds/feed-version.ts';
import type { FeedVersion } from '../../../../functions/indicator-sync/feeds/feed-version.ts';
import { fromList } from '../../../../functions/indicator-sync/feeds/formats/from-list.ts';
import type { FeedReject } from '../../../../shared/contract/feed.ts';
import type { PlacedItem } from '../../../../shared/indicators/feed-item.ts';
import { readFeed } from '../../../builders/feeds.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.parse('2026-11-01T00:00:00Z');
const guard = { removeAfter: 'P2D', maxShrinkPercent: 20 };

function named(names: readonly string[], more: Partial<PlacedItem> = {}): PlacedItem[] {
  return names.map((name, i) => ({
    indicatorType: 'DomainName',
    indicatorValue: `${name}.example`,
    place: `line ${i + 1}`,
    ...more,
  }));
}

function parsed(items: readonly PlacedItem[], rejects: readonly FeedReject[] = []) {
  return { items, rejects, read: items.length + rejects.length };
}

function read(previous: FeedVersion | undefined, names: readonly string[], now: number): Acceptance {
  return acceptVersion({ previous, parsed: parsed(named(names)), guard, now });
}

/** `a`, `b gone`, `c waits`: what a version holds. */
function shown({ items }: FeedVersion): string[] {
  const state = (item: FeedVersion['items'][number]) => (item.waits ? ' waits' : item.goneSince ? ' gone' : '');
  return items.map((item) => item.indicatorValue.replace('.example', '') + state(item)).sort();
}

const ten = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

describe('whole readings', () => {
  test('the first one is version 1', () => {
    const rejects = [{ place: 'line 3', code: 'private_address', detail: '' }] as const;
    const first = acceptVersion({ previous: undefined, parsed: parsed(named(['a', 'b']), rejects), guard, now: start });
    expect(first).toEqual({
      changed: true,
      items: [
        { indicatorType: 'DomainName', indicatorValue: 'a.example', since: '2026-11-01T00:00:00Z' },
        { indicatorType: 'DomainName', indicatorValue: 'b.example', since: '2026-11-01T00:00:00Z' },
      ],
      state: {
        version: 1,
        lastRun: {
          at: '2026-11-01T00:00:00Z',
          outcome: 'Accepted',
          read: 3,
          accepted: 2,
          rejected: { private_address: 1 },
        },
      },
    });
  });

  test('the same again, in another order, is no new version and nothing to write', () => {
    const first = read(undefined, ten, start);
    const again = read(first, ten.toReversed(), start + hour);
    expect(again).toMatchObject({ changed: false, state: { version: 1, lastRun: { outcome: 'Unchanged', read: 10 } } });
    expect(again.items).toBe(first.items);
  });

  test('a changed fact is a new version, and the item keeps its age', () => {
    const first = read(undefined, ['a'], start);
    const next = acceptVersion({
      previous: first,
      parsed: parsed(named(['a'], { confidence: 9 })),
      guard,
      now: start + hour,
    });
    expect(next).toMatchObject({
      changed: true,
      state: { version: 2 },
      items: [{ confidence: 9, since: '2026-11-01T00:00:00Z' }],
    });
  });

  test('what is missing stays for its grace; what comes back was never gone', () => {
    const first = read(undefined, ten, start);
    const second = read(first, ten.slice(1), start + hour);
    expect(second.state.version).toBe(2);
    expect(shown(second)).toEqual(['a gone', ...ten.slice(1)]);
    const gone = second.items.find((item) => item.goneSince);
    expect(gone && leavesAtMs(gone, guard)).toBe(start + hour + 2 * day);
    const still = read(second, ten.slice(1), start + day);
    expect(still).toMatchObject({ changed: false });
    expect(shown(read(still, ten, start + 2 * day))).toEqual(ten);
    expect(shown(read(still, ten.slice(1), start + hour + 3 * day))).toEqual(ten.slice(1));
  });

  test('the same value losing one a day is no shrinking: each version is measured against the last accepted one', () => {
    let version = read(undefined, ten, start);
    for (let days = 1; days <= 5; days += 1) version = read(version, ten.slice(days), start + days * day);
    expect(version.state.held).toBeUndefined();
    expect(shown(version).filter((name) => !name.includes(' '))).toEqual(ten.slice(5));
  });
});

describe('a feed that shrinks too far', () => {
  const first = read(undefined, ten, start);
  const held = read(first, ['a', 'b', 'c', 'd', 'new'], start + hour);

  test('is held: what is new goes on, removals wait', () => {
    expect(held.state).toMatchObject({
      version: 2,
      held: { version: 2, wouldRemove: 6, of: 10 },
      lastRun: { outcome: 'Held' },
    });
    expect(shown(held)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e waits',
      'f waits',
      'g waits',
      'h waits',
      'i waits',
      'j waits',
      'new',
    ]);
    expect(held.items.every((item) => leavesAtMs(item, guard) === undefined)).toBe(true);
  });

  test('at exactly the limit is not held', () => {
    expect(read(first, ten.slice(2), start + hour).state.held).toBeUndefined();
    expect(read(first, ten.slice(3), start + hour).state.held).toMatchObject({ wouldRemove: 3, of: 10 });
  });

  test('stays held however much it grows elsewhere, and however long it lasts', () => {
    let version = held;
    for (let days = 1; days < 10; days += 1) {
      const grown = Array.from({ length: days * 20 }, (_, i) => `n${i}`);
      version = read(version, ['a', 'b', 'c', 'd', ...grown], start + days * day);
      expect(version.state.held).toMatchObject({ wouldRemove: 6, of: 10, version: version.state.version });
    }
  });

  test('read again unchanged, it is the same held version', () => {
    const again = read(held, ['a', 'b', 'c', 'd', 'new'], start + 2 * hour);
    expect(again).toMatchObject({
      changed: false,
      state: { version: 2, held: { version: 2 }, lastRun: { outcome: 'Held' } },
    });
  });

  test('recovers with the feed', () => {
    const recovered = read(held, [...ten, 'new'], start + 2 * hour);
    expect(recovered.state).not.toHaveProperty('held');
    expect(recovered.state).toMatchObject({ version: 3, lastRun: { outcome: 'Accepted' } });
    expect(shown(recovered)).toEqual([...ten, 'new']);
    expect(recovered.items.some((item) => item.cameWhileHeld)).toBe(false);
  });

  test('nearly recovered, the rest leaves after its grace, counted from when it was first missing', () => {
    const nearly = read(held, ten.slice(0, 9), start + day);
    expect(nearly.state.held).toBeUndefined();
    expect(shown(nearly)).toEqual([...ten.slice(0, 9), 'j gone', 'new gone']);
    const last = nearly.items.find((item) => item.indicatorValue === 'j.example');
    expect(last && leavesAtMs(last, guard)).toBe(start + hour + 2 * day);
  });

  test('what an accepted version had let go before goes on going', () => {
    const one = read(first, ten.slice(1), start + hour);
    const then = read(one, ['b'], start + 2 * hour);
    expect(then.state.held).toMatchObject({ wouldRemove: 8, of: 9 });
    expect(shown(then)).toContain('a gone');
  });

  test('someone confirms that very version', () => {
    expect(confirmVersion(held, 1)).toBeUndefined();
    expect(confirmVersion(first, 1)).toBeUndefined();
    const confirmed = confirmVersion(held, 2);
    expect(confirmed).toMatchObject({ changed: true, state: { version: 3, lastRun: { outcome: 'Accepted' } } });
    expect(confirmed?.state).not.toHaveProperty('held');
    expect(confirmed && shown(confirmed)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e gone',
      'f gone',
      'g gone',
      'h gone',
      'i gone',
      'j gone',
      'new',
    ]);
    const after = read(confirmed, ['a', 'b', 'c', 'd', 'new'], start + 2 * hour);
    expect(after).toMatchObject({ changed: false, state: { lastRun: { outcome: 'Unchanged' } } });
  });

  test('an empty reading loses everything, and is held', () => {
    expect(read(first, [], start + hour).state.held).toEqual({ version: 2, wouldRemove: 10, of: 10 });
  });
});

describe('what goes at once and is no shrinking', () => {
  const first = acceptVersion({
    previous: undefined,
    parsed: parsed([...named(['a', 'b']), ...named(['c'], { expirationTime: '2026-11-02T00:00:00Z' })]),
    guard,
    now: start,
  });

  test('what the feed revokes', () => {
    const next = acceptVersion({
      previous: first,
      parsed: parsed([...named(['b', 'c']), ...named(['a'], { revoked: true })]),
      guard,
      now: start + hour,
    });
    expect(next.state.held).toBeUndefined();
    expect(shown(next)).toEqual(['b', 'c']);
  });

  test('what the guard refuses by now', () => {
    const refused = [{ indicatorType: 'DomainName', indicatorValue: 'a.example' }] as const;
    const next = acceptVersion({
      previous: first,
      parsed: parsed(named(['b', 'c'])),
      refused,
      guard,
      now: start + hour,
    });
    expect(next.state.held).toBeUndefined();
    expect(shown(next)).toEqual(['b', 'c']);
  });

  test('what the feed says to be over by now', () => {
    const first = read(undefined, ['a', 'b', 'c'], start);
    const over = [{ indicatorType: 'DomainName', indicatorValue: 'a.example' }] as const;
    const next = acceptVersion({
      ...{ previous: first, guard: { ...guard, maxShrinkPercent: 0 }, now: start + hour },
      parsed: { ...parsed(named(['b', 'c'])), over },
    });
    expect(shown(next)).toEqual(['b', 'c']);
    expect(next.state.lastRun?.outcome).toBe('Accepted');
  });

  test('what has expired', () => {
    const next = acceptVersion({ previous: first, parsed: parsed(named(['a', 'b'])), guard, now: start + 2 * day });
    expect(next.state.held).toBeUndefined();
    expect(shown(next)).toEqual(['a', 'b']);
  });
});

describe('pushes', () => {
  const push = (previous: FeedVersion | undefined, items: readonly PlacedItem[], now: number) =>
    acceptPushed({ previous, parsed: parsed(items), now });

  test('add, change and revoke what they name, and nothing else', () => {
    const first = push(undefined, named(['a', 'b', 'c']), start);
    const second = push(
      first,
      [...named(['b'], { revoked: true }), ...named(['c'], { action: 'Block' }), ...named(['d'])],
      start + day,
    );
    expect(shown(second)).toEqual(['a', 'c', 'd']);
    expect(second.state).toMatchObject({ version: 2, lastRun: { read: 3, accepted: 3 } });
    expect(second.items.find((item) => item.indicatorValue === 'c.example')).toMatchObject({
      action: 'Block',
      since: '2026-11-01T00:00:00Z',
    });
  });

  test('the same push again changes nothing', () => {
    const first = push(undefined, named(['a']), start);
    expect(push(first, named(['a']), start + day)).toMatchObject({ changed: false, state: { version: 1 } });
    expect(push(first, named(['x'], { revoked: true }), start + day)).toMatchObject({ changed: false });
  });

  test('what has expired leaves', () => {
    const first = push(undefined, named(['a'], { expirationTime: '2026-11-02T00:00:00Z' }), start);
    expect(shown(push(first, named(['b']), start + 2 * day))).toEqual(['b']);
  });
});

test('a source that fails is a run of its own', () => {
  expect(failedRun(start)).toEqual({
    at: '2026-11-01T00:00:00Z',
    outcome: 'Failed',
    read: 0,
    accepted: 0,
    rejected: { unreadable: 1 },
  });
});

test('threatfox, 19 versions, one an hour: version 14 lost 21.5 % and is held until someone confirms', () => {
  let version: Acceptance | undefined;
  const held: string[] = [];
  for (let n = 1; n <= 19; n += 1) {
    const text = Buffer.from(readFeed(`threatfox-history/${String(n).padStart(2, '0')}.txt`)).toString('utf8');
    const items = fromList(text, {}, start);
    if ('unreadable' in items) throw new Error(items.unreadable.detail);
    version = acceptVersion({ previous: version, parsed: items, guard, now: start + n * hour });
    held.push(version.state.held ? `${n}: ${version.state.held.wouldRemove} of ${version.state.held.of}` : '');
    const addresses = new Set(items.items.map((item) => item.indicatorValue));
    const staying = version.items.filter((item) => item.goneSince === undefined).map((item) => item.indicatorValue);
    expect(new Set(staying)).toEqual(addresses);
  }
  expect(held.filter((text) => text !== '')).toEqual([
    '14: 645 of 2998',
    '15: 656 of 2998',
    '16: 866 of 2998',
    '17: 956 of 2998',
    '18: 968 of 2998',
    '19: 1078 of 2998',
  ]);
  const confirmed = version && confirmVersion(version, 19);
  expect(confirmed?.items.filter((item) => leavesAtMs(item, guard) === undefined)).toHaveLength(2305);
});
