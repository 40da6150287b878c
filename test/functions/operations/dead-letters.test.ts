import { describe, expect, it } from 'vitest';
import { createDeadLetterHandlers } from '../../../functions/operations/dead-letters.http.ts';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import type { DeadLetter } from '../../../shared/contract/dead-letter.ts';
import { deadLetterSchema } from '../../../shared/contract/dead-letter.ts';
import { call } from '../../builders/http.ts';
import type { TestRequest } from '../../builders/http.ts';
import { callerWith, serveAs } from '../../builders/serve.ts';
import { freshTables } from '../../builders/storage.ts';
import { tenantsWith } from '../../builders/tenants.ts';
import { accepted, carryOf, contoso, minuteMs, pass, testWork } from '../../builders/work.ts';

const publicUrl = 'https://app.contoso.example';
const path = `/api/v1/tenants/${contoso}/dead-letters`;
const reader = callerWith('deadletters:read');
const writer = callerWith('deadletters:write');

/** Two alerts and a callback that were given up. */
async function setUp() {
  const tables = await freshTables();
  const failed = { outcome: 'Failed', error: { code: 'event_not_found', message: 'None.' } } as const;
  const { work, clock } = testWork(tables, carryOf(failed, failed, { outcome: 'Done' }), {
    callbacksOf: (_before, after) =>
      Promise.resolve(
        after.createdAt.startsWith('2026-11-20T10:01') && after.status === 'Failed'
          ? [{ id: `cb_${after.id}`, payload: { callerId: 'soar' } }]
          : [],
      ),
    carryCallback: () => Promise.resolve({ outcome: 'Failed', code: 'callback_disabled' }),
  });
  const first = await work.perform(await accepted(work, { kind: 'Alert', request: { title: 'One' } }));
  clock.move(minuteMs);
  const second = await work.perform(await accepted(work, { kind: 'Alert', request: { title: 'Two' } }));
  const tenants = await tenantsWith(tables, contoso);
  const send = (handler: 'listDeadLetters' | 'redriveDeadLetters', caller: Caller, request: TestRequest = {}) => {
    const handlers = createDeadLetterHandlers(serveAs(caller), { work, tenants, publicUrl });
    return call(handlers[handler], { url: path, params: { tenantId: contoso }, ...request });
  };
  const list = async (url = path) =>
    (await send('listDeadLetters', reader, { url })).json as {
      readonly value: readonly DeadLetter[];
      readonly nextLink?: string;
    };
  const redrive = (json: unknown) => send('redriveDeadLetters', writer, { method: 'POST', json });
  return { work, first, second, send, list, redrive };
}

describe('GET …/dead-letters', () => {
  it('shows what was given up, newest first, with the request as received', async () => {
    const { list, first, second } = await setUp();
    const { value } = await list();
    expect(value.map((each) => deadLetterSchema.parse(each).id).at(-1)).toBe(first.id);
    const byId = new Map(value.map((each) => [each.id, each]));
    expect(byId.get(`cb_${second.id}`)).toMatchObject({
      kind: 'Callback',
      code: 'callback_disabled',
      request: { callerId: 'soar' },
    });
    expect(byId.get(second.id)).toEqual({
      ...{ id: second.id, kind: 'Alert', code: 'event_not_found' },
      ...{ failedAt: '2026-11-20T10:01:00.000Z', request: { title: 'Two' } },
    });
    expect(byId.get(first.id)).toMatchObject({ kind: 'Alert', request: { title: 'One' } });
  });

  it('comes in pages', async () => {
    const { list } = await setUp();
    const whole = (await list()).value;
    const page = await list(`${path}?limit=2`);
    expect(page.value).toEqual(whole.slice(0, 2));
    expect(await list(page.nextLink?.slice(publicUrl.length))).toEqual({ value: whole.slice(2) });
  });

  it.each(['limit=0', 'cursor=%20', 'cursor=aGVsbG8'])('refuses ?%s', async (query) => {
    const { send } = await setUp();
    expect(await send('listDeadLetters', reader, { url: `${path}?${query}` })).toMatchObject({
      status: 400,
      json: { code: 'invalid_field', errors: [{ parameter: query.split('=')[0] }] },
    });
  });
});

describe('POST …/dead-letters/redrive', () => {
  it('carries those on that are named, and says how many; a dry run only says', async () => {
    const { work, first, list, redrive } = await setUp();
    const ids = [first.id, 'op_aaaaaaaaaaaaaaaaaaaaaaaaaa'];
    expect(await redrive({ ids, dryRun: true })).toMatchObject({ status: 200, json: { redriven: 1 } });
    expect((await list()).value).toHaveLength(3);
    expect((await redrive({ ids })).json).toEqual({ redriven: 1 });
    expect((await redrive({ ids })).json).toEqual({ redriven: 0 });
    expect(await work.read(contoso, first.id)).toMatchObject({ status: 'NotStarted', version: first.version + 1 });
    await work.drain('alerts', pass);
    expect(await work.read(contoso, first.id)).toMatchObject({ id: first.id, status: 'Succeeded' });
  });

  it('carries all of a kind on', async () => {
    const { redrive, list } = await setUp();
    expect((await redrive({ kind: 'AlertUpdate' })).json).toEqual({ redriven: 0 });
    expect((await redrive({ kind: 'Callback', dryRun: true })).json).toEqual({ redriven: 1 });
    expect((await redrive({ kind: 'Alert' })).json).toEqual({ redriven: 2 });
    expect((await list()).value.map(({ kind }) => kind)).toEqual(['Callback']);
  });

  it.each([
    [{}, '#/ids required'],
    [{ ids: [] }, '#/ids too_short'],
    [{ ids: Array.from({ length: 1001 }, (_, i) => `op_${i}`) }, '#/ids too_long'],
    [{ kind: 'Action' }, '#/kind invalid_value'],
    [{ ids: ['op_1'], kind: 'Alert' }, '#/kind mismatch'],
    [{ kind: 'Alert', dryRun: 'yes' }, '#/dryRun invalid_type'],
    [{ kind: 'Alert', force: true }, '#/force unknown_field'],
  ])('refuses %j', async (json, expected) => {
    const { redrive } = await setUp();
    const answer = await redrive(json);
    const { errors = [] } = answer.json as { readonly errors?: readonly { pointer: string; code: string }[] };
    expect([answer.status, errors.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([400, [expected]]);
  });
});
