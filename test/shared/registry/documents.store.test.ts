import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RejectedInput } from '../../../shared/errors.ts';
import { createDocuments } from '../../../shared/registry/documents.store.ts';
import type { Tables } from '../../../shared/tables.client.ts';
import { freshTables } from '../../builders/storage.ts';

const schema = z.strictObject({ name: z.string(), count: z.number().default(0) });
type Doc = z.output<typeof schema>;

let tables: Tables;
let ids = 0;
const newId = () => `n${(ids += 1)}`;
beforeAll(async () => {
  tables = await freshTables();
});

/** A store in the same tables; `meddle` runs once, between the read and the write of the next change. */
function store(kind: 'tenant' | 'feed' | 'caller' = 'tenant', over: Tables = tables) {
  return createDocuments<Doc>({ tables: over, kind, schema, newId });
}

/** Tables whose next write of the named kind is followed by `after`: a lost reply, a rival, an outage. */
function tablesWith(
  method: 'createEntity' | 'updateEntity' | 'deleteEntity',
  after: (call: () => Promise<unknown>) => Promise<unknown>,
): Tables {
  let isArmed = true;
  return (name) =>
    new Proxy(tables(name), {
      get: (client, property) => {
        const value: unknown = Reflect.get(client, property, client);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          const act = (): Promise<unknown> => Reflect.apply(value, client, args) as Promise<unknown>;
          if (property !== method || !isArmed) return act();
          isArmed = false;
          return after(act);
        };
      },
    });
}

const failure = (statusCode?: number) =>
  Object.assign(new Error('storage'), { name: 'RestError', ...(statusCode ? { statusCode } : {}) });

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof RejectedInput ? error.code : String(error);
}

describe('documents', () => {
  it('knows nothing under what cannot be a key, and does not ask: Azure answers that with 400', async () => {
    const asked: string[] = [];
    const watched: Tables = (name) =>
      new Proxy(tables(name), {
        get: (client, property) => {
          asked.push(String(property));
          return Reflect.get(client, property, client) as unknown;
        },
      });
    for (const id of ['a/b', 'a#b', 'a?b', 'a\\b', 'a%b', 'a\nb', 'x'.repeat(600)]) {
      expect(await store('tenant', watched).get(id)).toBeUndefined();
    }
    expect(asked).toEqual([]);
  });

  it.each([
    ['an identity that gets no token', Object.assign(new Error('no token'), { name: 'CredentialUnavailableError' })],
    ['a server that is busy', failure(503)],
    ['an answer that breaks off', failure(200)],
  ])('says of %s that storage does not answer, and nothing about the document', async (_, error) => {
    const silent: Tables = (name) => new Proxy(tables(name), { get: () => () => Promise.reject(error) });
    await expect(store('tenant', silent).get('one')).rejects.toMatchObject({ name: 'UpstreamUnavailable' });
    await expect(store('tenant', silent).change('one', () => ({ name: 'One', count: 1 }))).rejects.toMatchObject({
      name: 'UpstreamUnavailable',
    });
  });

  it('keeps what is written, by kind', async () => {
    const written = await store().change('one', () => ({ name: 'One', count: 1 }));
    expect(await store().get('one')).toEqual(written);
    expect(written.etag).toMatch(/^"[^"]+"$/);
    expect(await store('feed').get('one')).toBeUndefined();
  });

  it('reads and keeps what a newer build wrote and this one does not know', async () => {
    const over = await freshTables();
    const newer = { name: 'Newer', count: 1, later: true };
    const newerBuild = createDocuments({ tables: over, kind: 'tenant', newId, schema: z.looseObject({}) });
    await newerBuild.change('newer', () => newer);
    const documents = store('tenant', over);
    expect((await documents.listAll()).map(({ document }) => document)).toEqual([newer]);
    await documents.change('newer', (current) => ({ ...(current ?? newer), count: 2 }));
    expect((await documents.get('newer'))?.document).toEqual({ ...newer, count: 2 });
  });

  it('hands the document as it stands to whoever changes it', async () => {
    await store().change('two', (current) => ({ name: 'Two', count: (current?.count ?? 0) + 1 }));
    const second = await store().change('two', (current) => ({ name: 'Two', count: (current?.count ?? 0) + 1 }));
    expect(second.document.count).toBe(2);
  });

  it('writes nothing, and keeps the tag, when nothing changes', async () => {
    const first = await store().change('same', () => ({ name: 'Same', count: 0 }));
    expect(await store().change('same', (current) => ({ name: current?.name ?? '', count: 0 }))).toEqual(first);
  });

  it('honours If-Match, but not against the very change it was sent for', async () => {
    const first = await store().change('match', () => ({ name: 'A', count: 0 }));
    const second = await store().change('match', () => ({ name: 'B', count: 0 }), [first.etag]);
    expect(await codeOf(store().change('match', () => ({ name: 'C', count: 0 }), [first.etag]))).toBe(
      'version_conflict',
    );
    expect(await store().change('match', () => ({ name: 'B', count: 0 }), [first.etag])).toEqual(second);
    expect(await codeOf(store().change('absent', () => ({ name: 'A', count: 0 }), 'any'))).toBe('version_conflict');
    expect((await store().change('match', () => ({ name: 'D', count: 0 }), 'any')).document.name).toBe('D');
    expect(await codeOf(store().remove('match', [first.etag]))).toBe('version_conflict');
  });

  it('loses no change of many at once', async () => {
    const many = Array.from({ length: 6 }, () =>
      store().change('busy', (now) => ({ name: 'Busy', count: (now?.count ?? 0) + 1 })),
    );
    await Promise.all(many);
    expect((await store().get('busy'))?.document.count).toBe(6);
  });

  it.each([['createEntity'], ['updateEntity']] as const)(
    'recognises its own write when the reply to %s is lost',
    async (method) => {
      const id = `lost-${method}`;
      if (method === 'updateEntity') await store().change(id, () => ({ name: 'Before', count: 0 }));
      // The write is applied, then sent again by the SDK: the second is refused because of the first.
      const retried = tablesWith(method, async (act) => {
        await act();
        await act();
      });
      const written = await store('tenant', retried).change(id, () => ({ name: 'After', count: 1 }));
      expect(await store().get(id)).toEqual(written);
      const silent = tablesWith(method === 'createEntity' ? 'updateEntity' : method, async (act) => {
        await act();
        throw failure();
      });
      expect((await store('tenant', silent).change(id, () => ({ name: 'Last', count: 2 }))).document.count).toBe(2);
    },
  );

  it('passes on that storage does not answer, and has written nothing then', async () => {
    const down = tablesWith('createEntity', () => Promise.reject(failure(503)));
    expect(await codeOf(store('tenant', down).change('down', () => ({ name: 'Down', count: 0 })))).toContain(
      'Storage does not answer',
    );
    expect(await store().get('down')).toBeUndefined();
  });

  it('asks again when somebody else was faster, and refuses if that one no longer fits', async () => {
    const first = await store().change('race', () => ({ name: 'Race', count: 1 }));
    const rival = (): Tables =>
      tablesWith('updateEntity', async (act) => {
        await store().change('race', (now) => ({ name: 'Race', count: (now?.count ?? 0) + 10 }));
        return act();
      });
    const changed = await store('tenant', rival()).change('race', (now) => ({
      name: 'Race',
      count: (now?.count ?? 0) + 1,
    }));
    expect(changed.document.count).toBe(12);
    expect(changed.etag).not.toBe(first.etag);
    const tag = changed.etag;
    expect(await codeOf(store('tenant', rival()).change('race', () => ({ name: 'Mine', count: 0 }), [tag]))).toBe(
      'version_conflict',
    );
  });

  it('removes once, and says whether there was anything', async () => {
    await store().change('gone', () => ({ name: 'Gone', count: 0 }));
    const retried = tablesWith('deleteEntity', async (act) => {
      await act();
      await act();
    });
    expect(await store('tenant', retried).remove('gone')).toBe(true);
    expect(await store().remove('gone')).toBe(false);
  });

  it('lists pages in order, and all', async () => {
    const callers = store('caller');
    expect(await callers.listPage({ limit: 2 })).toEqual({ items: [] });
    for (const id of ['c', 'a', 'e', 'b', 'd']) await callers.change(id, () => ({ name: id, count: 0 }));
    const first = await callers.listPage({ limit: 2 });
    expect([first.items.map(({ id }) => id), first.next]).toEqual([['a', 'b'], 'b']);
    const second = await callers.listPage({ limit: 3, after: 'b' });
    expect([second.items.map(({ id }) => id), second.next]).toEqual([['c', 'd', 'e'], undefined]);
    expect((await callers.listAll()).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('keeps documents of any size that a request may have', async () => {
    const random = Array.from({ length: 200_000 }, (_, i) =>
      String.fromCharCode(33 + ((i * 7919 + (i >> 3) * 104729) % 90)),
    ).join('');
    await store('feed').change('big', () => ({ name: random, count: 0 }));
    expect((await store('feed').get('big'))?.document.name).toBe(random);
  });

  it('fills what an older version did not write, and throws on damage instead of leaving it out', async () => {
    const old = createDocuments<unknown>({ tables, kind: 'feed', schema: z.unknown(), newId });
    await old.change('old', () => ({ name: 'Old' }));
    expect((await store('feed').get('old'))?.document).toEqual({ name: 'Old', count: 0 });
    await old.change('damaged', () => ({ name: 1 }));
    await expect(store('feed').listAll()).rejects.toThrow();
  });
});
