import { describe, expect, it } from 'vitest';
import { createFeedHandlers } from '../../../functions/indicator-sync/feeds.http.ts';
import type { FeedStatus } from '../../../functions/indicator-sync/feeds/feed-runs.client.ts';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import type { FeedInput, FeedReject } from '../../../shared/contract/feed.ts';
import { feedDocumentSchema, feedInputSchema } from '../../../shared/contract/feed.ts';
import { RejectedInput } from '../../../shared/errors.ts';
import { createDocuments } from '../../../shared/registry/documents.store.ts';
import { useDocumentTables } from '../../builders/documents.ts';
import { call } from '../../builders/http.ts';
import type { TestRequest } from '../../builders/http.ts';
import { administrator, callerWith, serveAs } from '../../builders/serve.ts';

const tables = useDocumentTables();

const csv = {
  displayName: 'Example',
  source: { kind: 'Csv', url: 'https://feeds.example/month.csv', columns: { value: 0 } },
};
const listOf = (url: string) => ({ displayName: 'List', source: { kind: 'List', url } });

function setUp(caller: Caller = administrator) {
  const statuses = new Map<string, FeedStatus>();
  const rejects: FeedReject[] = [];
  const calls: string[] = [];
  let ids = 0;
  const feeds = createDocuments<FeedInput>({
    tables: tables(),
    kind: 'feed',
    schema: feedInputSchema,
    newId: () => `n${(ids += 1)}`,
  });
  const handlersFor = (as: Caller) =>
    createFeedHandlers(serveAs(as), {
      feeds,
      runs: {
        readStatuses: () => Promise.resolve(statuses),
        readStatus: (feedId) => Promise.resolve(statuses.get(feedId)),
        readRejects: () => Promise.resolve(rejects),
        refresh: (feedId) => {
          calls.push(`refresh ${feedId}`);
          if (!statuses.has(feedId))
            return Promise.reject(new RejectedInput('source_failed', 'The source answered 500.'));
          statuses.set(feedId, { version: 2 });
          return Promise.resolve();
        },
        confirm: (feedId, version) => {
          calls.push(`confirm ${feedId} ${version}`);
          return Promise.resolve();
        },
        forget: (feedId) => {
          calls.push(`forget ${feedId}`);
          return Promise.resolve();
        },
      },
      publicUrl: 'https://app.contoso.example',
      egressAllowedOrigins: ['http://127.0.0.1:7081'],
    });
  const handlers = handlersFor(caller);
  const send = (handler: keyof typeof handlers, request: TestRequest = {}, as?: Caller) =>
    call((as === undefined ? handlers : handlersFor(as))[handler], { params: { feedId: 'example' }, ...request });
  const put = (json: unknown, request: TestRequest = {}) => send('putFeed', { method: 'PUT', json, ...request });
  return { statuses, rejects, calls, feeds, send, put };
}

describe('/feeds', () => {
  it('keeps a document with its defaults, and shows what was read of it', async () => {
    const { put, send, statuses } = setUp();
    const written = await put(csv);
    expect(written.status).toBe(200);
    expect(feedDocumentSchema.parse(written.json)).toMatchObject({
      feedId: 'example',
      every: 'PT1H',
      tenants: 'All',
      apply: { action: 'Audit' },
      guard: { removeAfter: 'P2D', maxShrinkPercent: 20 },
      version: 0,
    });
    const lastRun = {
      at: '2026-11-20T10:00:00Z',
      outcome: 'Accepted',
      read: 3,
      accepted: 2,
      rejected: { duplicate: 1 },
    } as const;
    statuses.set('example', { version: 1, lastRun });
    const got = await send('getFeed');
    expect(got.json).toEqual({ ...(written.json as object), version: 1, lastRun });
    expect(got.headers.get('etag')).toBe(written.headers.get('etag'));
    expect((await send('listFeeds')).json).toEqual({ value: [got.json] });
    const again = await put(got.json);
    expect([again.status, again.headers.get('etag')]).toEqual([200, written.headers.get('etag')]);
  });

  it.each([
    ['Taxii', { collection: 'c' }],
    ['Misp', {}],
  ])('says that it does not read %s', async (kind, more) => {
    const { put, feeds } = setUp();
    const answer = await put({ displayName: 'X', source: { kind, url: 'https://feeds.example/', ...more } });
    expect(answer).toMatchObject({
      status: 400,
      json: {
        errors: [{ pointer: '#/source/kind', code: 'invalid_value', detail: 'This build reads Stix, Csv, List.' }],
      },
    });
    expect(await feeds.listAll()).toEqual([]);
  });

  it('says that it takes no pushes', async () => {
    const { put } = setUp();
    expect((await put({ displayName: 'X', source: { kind: 'Push' } })).json).toMatchObject({
      errors: [{ pointer: '#/source/kind' }],
    });
  });

  it.each([
    ['http://feeds.example/list.txt', 'invalid_format'],
    ['https://feeds.example:8443/list.txt', 'invalid_value'],
    ['https://10.0.0.5/list.txt', 'invalid_value'],
  ])('refuses to read %s', async (url, code) => {
    const { put } = setUp();
    expect((await put(listOf(url))).json).toMatchObject({ errors: [{ pointer: '#/source/url', code }] });
  });

  it('reads from the origins that the setting exempts', async () => {
    const { put } = setUp();
    expect((await put(listOf('http://127.0.0.1:7081/list.txt'))).status).toBe(200);
  });

  it.each([
    [
      { ...csv, feedId: 'other' },
      { pointer: '#/feedId', code: 'mismatch' },
    ],
    [
      { ...csv, surprise: 1 },
      { pointer: '#/surprise', code: 'unknown_field' },
    ],
    [{ displayName: 'X' }, { pointer: '#/source', code: 'required' }],
  ])('refuses %j', async (body, error) => {
    const { put } = setUp();
    expect((await put(body)).json).toMatchObject({ code: 'invalid_field', errors: [error] });
  });

  it('refuses a path that is no feed id, and knows no feed that nobody created', async () => {
    const { put, send } = setUp();
    expect((await put(csv, { params: { feedId: 'Bad_Id' } })).json).toMatchObject({
      errors: [{ parameter: 'feedId' }],
    });
    for (const handler of ['getFeed', 'deleteFeed', 'listFeedRejects', 'refreshFeed'] as const) {
      expect((await send(handler, { method: 'POST' })).status).toBe(404);
    }
  });

  it('deletes a feed with everything read of it, and lets none of that become the past of another', async () => {
    const { put, send, calls } = setUp();
    await put(csv);
    expect((await send('deleteFeed', { method: 'DELETE', headers: { 'if-match': '"x"' } })).status).toBe(412);
    expect(await send('deleteFeed', { method: 'DELETE' })).toMatchObject({ status: 204, text: '' });
    expect((await send('getFeed')).status).toBe(404);
    await put(csv);
    await put({ ...csv, paused: true });
    expect(calls).toEqual(['forget example', 'forget example', 'forget example']);
  });

  it('refreshes and confirms for whoever may write the feed’s indicators', async () => {
    const { put, send, statuses, calls } = setUp();
    await put(csv);
    const writer = callerWith('indicators:write', { feeds: ['example'] });
    expect(await send('refreshFeed', { method: 'POST' }, writer)).toMatchObject({
      status: 502,
      json: { code: 'source_failed' },
    });
    statuses.set('example', { version: 1 });
    expect((await send('refreshFeed', { method: 'POST' }, writer)).json).toMatchObject({ version: 2 });
    expect((await send('confirmFeed', { method: 'POST', json: { version: 18 } }, writer)).status).toBe(200);
    expect(calls.at(-1)).toBe('confirm example 18');
    expect((await send('confirmFeed', { method: 'POST', json: {} }, writer)).json).toMatchObject({
      errors: [{ pointer: '#/version', code: 'required' }],
    });
    expect((await send('refreshFeed', { method: 'POST' }, callerWith('indicators:read'))).status).toBe(403);
    expect(
      (await send('refreshFeed', { method: 'POST' }, callerWith('indicators:write', { feeds: ['other'] }))).status,
    ).toBe(404);
    expect((await send('getFeed', {}, writer)).status).toBe(403);
  });

  it('lists rejects in pages', async () => {
    const { put, send, rejects } = setUp();
    await put(csv);
    rejects.push(
      ...[1, 2, 3].map((line) => ({ place: `line ${line}`, code: 'unreadable' as const, detail: 'No value.' })),
    );
    const reader = callerWith('indicators:read');
    const first = await send('listFeedRejects', { url: '/api/v1/feeds/example/rejects?limit=2' }, reader);
    const { value, nextLink } = first.json as { value: unknown[]; nextLink: string };
    expect(value).toEqual(rejects.slice(0, 2));
    const { pathname, search } = new URL(nextLink);
    expect((await send('listFeedRejects', { url: pathname + search }, reader)).json).toEqual({
      value: rejects.slice(2),
    });
  });
});
