import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRefreshFeeds, dueAtMs } from '../../../functions/indicator-sync/refresh-feeds.timer.ts';
import type { FeedStatus } from '../../../functions/indicator-sync/feeds/feed-runs.client.ts';
import { feedInputSchema } from '../../../shared/contract/feed.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { names, tick } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { setUpIndicatorSync } from '../../builders/sync-world.ts';
import { hourMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const feed = (more: object = {}) =>
  feedInputSchema.parse({ displayName: 'X', source: { kind: 'List', url: 'https://feeds.example/x' }, ...more });
const at = '2026-11-20T10:00:00Z';
const status = (outcome: 'Accepted' | 'Unchanged' | 'Held' | 'Failed'): FeedStatus => ({
  version: 1,
  lastRun: { at, outcome, read: 0, accepted: 0, rejected: {} },
});

describe('dueAtMs', () => {
  it.each([
    ['never read', feed(), undefined, -Infinity],
    ['read, hourly', feed(), status('Accepted'), Date.parse(at) + hourMs],
    ['unchanged, every 5 minutes', feed({ every: 'PT5M' }), status('Unchanged'), Date.parse(at) + 5 * minuteMs],
    ['held, weekly', feed({ every: 'P7D' }), status('Held'), Date.parse(at) + 168 * hourMs],
    ['failed, hourly', feed(), status('Failed'), Date.parse(at) + 15 * minuteMs],
    ['failed, every 5 minutes', feed({ every: 'PT5M' }), status('Failed'), Date.parse(at) + 5 * minuteMs],
    ['paused', feed({ paused: true }), undefined, Infinity],
    ['pushed', feed({ source: { kind: 'Push' } }), undefined, Infinity],
  ])('%s', (_, document, known, expected) => {
    expect(dueAtMs(document, known)).toBe(expected);
  });
});

describe('the timer refreshFeeds', () => {
  it('reads a feed as often as it says, though each reading takes its time', async () => {
    const { server, control } = await setUpIndicatorSync(simulator);
    await server.put('often', { every: 'PT5M' });
    await server.put('hourly', { every: 'PT1H' });
    await server.put('paused', { paused: true });
    for (const feedId of ['often', 'hourly', 'paused']) {
      server.serve(feedId, (response) => {
        control.clock.advance(20_000);
        response.end(`${names(1).join('\n')}\n`);
      });
    }
    const start = control.clock.now();
    for (let n = 0; n <= 24; n += 1) {
      control.clock.freeze(start + n * 5 * minuteMs);
      await tick(server.refreshFeeds);
    }
    const read = (feedId: string) => server.requests.filter(({ url }) => url === `/${feedId}`).length;
    expect([read('often'), read('hourly'), read('paused')]).toEqual([25, 3, 0]);
  });

  it('tries a failed source again after a quarter of an hour, and keeps no other from its turn', async () => {
    const { server, instance, control } = await setUpIndicatorSync(simulator);
    await server.put('broken');
    await server.put('good');
    server.serve('good', 'a.bad.example\n');
    await tick(server.refreshFeeds);
    expect((await server.runs.readStatus('good'))?.version).toBe(1);
    const times: number[] = [];
    const start = control.clock.now();
    for (let n = 1; n <= 7; n += 1) {
      control.clock.freeze(start + n * 5 * minuteMs);
      const before = server.requests.length;
      await tick(server.refreshFeeds);
      if (server.requests.length > before) times.push(n * 5);
    }
    expect(times).toEqual([15, 30]);
    expect(instance.lines.filter((line) => line.includes('"feed.failed"')).length).toBe(3);
  });

  it('goes on after what nobody foresaw, and logs it', async () => {
    const { server, instance } = await setUpIndicatorSync(simulator);
    await server.put('a');
    await server.put('b');
    const { feeds, now, log } = instance;
    const read: string[] = [];
    const runs = {
      readStatuses: () => server.runs.readStatuses(),
      refresh: (feedId: string) => {
        read.push(feedId);
        return Promise.reject(new UpstreamUnavailable('The vault is away.', { retryAfterMs: 1 }));
      },
    };
    await tick(createRefreshFeeds({ feeds, runs, now, log }));
    expect(read).toEqual(['a', 'b']);
    expect(instance.lines.filter((line) => line.includes('"feed.unread"'))).toHaveLength(2);
  });

  it('stops in time for the next tick, and lets those go first then that waited', async () => {
    const { server, instance, control } = await setUpIndicatorSync(simulator);
    for (const feedId of ['a', 'b', 'c', 'd', 'e', 'f']) await server.put(feedId, { every: 'PT5M' });
    const { feeds, now, log } = instance;
    const read: string[] = [];
    const statuses = new Map<string, FeedStatus>();
    const runs = {
      readStatuses: () => Promise.resolve(statuses),
      refresh: (feedId: string) => {
        read.push(feedId);
        control.clock.advance(minuteMs);
        const lastRun = { ...status('Accepted').lastRun!, at: new Date(now()).toISOString() };
        statuses.set(feedId, { version: 1, lastRun });
        return Promise.resolve();
      },
    };
    const timer = createRefreshFeeds({ feeds, runs, now, log });
    const start = control.clock.now();
    await tick(timer);
    expect(read).toEqual(['a', 'b', 'c', 'd']);
    control.clock.freeze(start + 5 * minuteMs);
    await tick(timer);
    expect(read.slice(4)).toEqual(['e', 'f', 'a', 'b']);
  });
});
