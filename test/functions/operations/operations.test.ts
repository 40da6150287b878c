import { describe, expect, it } from 'vitest';
import { cancelScopeOf, createOperationHandlers } from '../../../functions/operations/operations.http.ts';
import type { Caller } from '../../../shared/auth/authenticate-caller.ts';
import type { Operation, OperationOutput } from '../../../shared/contract/operation.ts';
import { operationSchema } from '../../../shared/contract/operation.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { toKept, toNewTenant, toRemoving } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { Carry, Gate } from '../../../shared/work/carry.ts';
import type { WorkOptions } from '../../../shared/work/engine.store.ts';
import { call } from '../../builders/http.ts';
import type { TestRequest } from '../../builders/http.ts';
import { administrator, callerWith, serveAs } from '../../builders/serve.ts';
import { freshTables } from '../../builders/storage.ts';
import { tenantsWith } from '../../builders/tenants.ts';
import {
  accepted,
  carryOf,
  contoso,
  fabrikam,
  hourMs,
  minuteMs,
  newOperation,
  pass,
  testWork,
} from '../../builders/work.ts';

const publicUrl = 'https://app.contoso.example';
const machineId = 'a'.repeat(40);
const link = { name: 'package.zip', uri: 'https://files.example/p', expiresAt: '2026-11-20T11:00:00Z' };

/** Sends something, and is not done. */
const sends: Carry = async (_carried, { saveIntent, now }) => {
  await saveIntent({ sent: true });
  return { outcome: 'Later', stage: 'InProgress', dueAtMs: now() + minuteMs };
};

/** The same, and nothing more once it is to end. */
const endsWhenAsked: Carry = (carried, tools) =>
  tools.isCancelRequested ? Promise.resolve({ outcome: 'Canceled' }) : sends(carried, tools);

async function setUp(carry: Carry = carryOf({ outcome: 'Done' }), options: Partial<WorkOptions> = {}) {
  const tables = await freshTables();
  const { work, clock } = testWork(tables, carry, options);
  const tenants = await tenantsWith(tables, contoso);
  const resumed: string[] = [];
  const outputs = new Map<string, OperationOutput['value']>();
  const send = (
    handler: keyof ReturnType<typeof createOperationHandlers>,
    { operationId = '', ...request }: TestRequest & { readonly operationId?: string },
    caller: Caller = administrator,
  ) => {
    const outputOf = ({ id }: Operation) => Promise.resolve(outputs.get(id));
    const options = { work, tenants, outputOf, publicUrl, now: clock.now };
    const handlers = createOperationHandlers(serveAs(caller), {
      ...options,
      resume: (tenantId) => Promise.resolve(void resumed.push(tenantId)),
    });
    return call(handlers[handler], { params: { tenantId: contoso, operationId }, ...request });
  };
  const list = async (query: string): Promise<readonly string[]> => {
    const answer = await send('listOperations', { url: `/api/v1/tenants/${contoso}/operations${query}` });
    return (answer.json as { readonly value: readonly Operation[] }).value.map(({ id }) => id);
  };
  return { work, clock, tenants, resumed, outputs, send, list };
}

describe('GET …/operations', () => {
  it('filters by everything that the contract names', async () => {
    const { work, clock, list } = await setUp(
      carryOf(
        {
          outcome: 'Done',
          result: { machine: { id: machineId } },
          upstream: { machineActionId: 'ma-1', incidentId: 42 },
        },
        { outcome: 'Failed', error: { code: 'event_not_found', message: 'None.' } },
      ),
    );
    const { id: first } = await work.perform(await accepted(work));
    clock.move(hourMs);
    const { id: second } = await work.perform(await accepted(work, { kind: 'Alert', reference: 'finding-8841' }));
    clock.move(hourMs);
    const { id: third } = (await accepted(work, { kind: 'IndicatorSync' })).operation;
    const other = (await accepted(work, { tenantId: fabrikam })).operation.id;

    expect(await list('')).toEqual([third, second, first]);
    expect(await list('?kind=Alert')).toEqual([second]);
    expect(await list('?status=Succeeded')).toEqual([first]);
    expect(await list(`?machineId=${machineId.toUpperCase()}`)).toEqual([first]);
    for (const [reference, id] of [
      ['ma-1', first],
      ['42', first],
      ['finding-8841', second],
    ] as const) {
      expect(await list(`?reference=${reference}`)).toEqual([id]);
    }
    expect(await list('?from=2026-11-20T11:00:00Z')).toEqual([third, second]);
    expect(await list('?to=2026-11-20T11:00:00Z')).toEqual([second, first]);
    expect(await list('?from=2026-11-20T10:30:00Z&to=2026-11-20T11:30:00Z&kind=Alert&status=Failed')).toEqual([second]);
    expect(await list('?kind=Alert&status=Succeeded')).toEqual([]);
    expect(await list('?color=red')).not.toContain(other);
  });

  it('goes through all pages, filters kept', async () => {
    const { work, clock, send } = await setUp();
    for (let i = 0; i < 5; i += 1) {
      await accepted(work, { kind: i === 2 ? 'Alert' : 'Action' });
      clock.move(minuteMs);
    }
    const seen: string[] = [];
    let url: string | undefined = `/api/v1/tenants/${contoso}/operations?limit=3&kind=Action`;
    while (url !== undefined) {
      const { json } = await send('listOperations', { url });
      const { value, nextLink } = json as { readonly value: readonly Operation[]; readonly nextLink?: string };
      seen.push(...value.map(({ id, kind }) => `${kind} ${id}`));
      expect(nextLink?.startsWith(`${publicUrl}/api/v1/tenants/${contoso}/operations?`) ?? true).toBe(true);
      url = nextLink?.slice(publicUrl.length);
    }
    expect([seen.length, new Set(seen).size, seen.every((each) => each.startsWith('Action'))]).toEqual([4, 4, true]);
  });

  it.each([
    ['kind=Alarm', ['kind invalid_value']],
    ['kind=', ['kind invalid_value']],
    ['kind=Alert&kind=Action', ['kind invalid_value']],
    ['status=running', ['status invalid_value']],
    ['machineId=pc1', ['machineId invalid_format']],
    ['reference=', ['reference too_short']],
    [`reference=${'r'.repeat(257)}`, ['reference too_long']],
    ['from=yesterday', ['from invalid_format']],
    ['to=2026-02-30T00:00:00Z', ['to invalid_format']],
    ['limit=many', ['limit invalid_type']],
    ['limit=0', ['limit invalid_value']],
    ['limit=101', ['limit invalid_value']],
    ['cursor=%20', ['cursor invalid_value']],
    ['cursor=aGVsbG8', ['cursor invalid_value']],
    ['kind=x&status=y&limit=z', ['kind invalid_value', 'status invalid_value', 'limit invalid_type']],
  ])('refuses ?%s', async (query, expected) => {
    const { send } = await setUp();
    const answer = await send('listOperations', { url: `/api/v1/tenants/${contoso}/operations?${query}` });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_field' } });
    expect((answer.json as Problem).errors?.map(({ parameter, code }) => `${parameter} ${code}`)).toEqual(expected);
  });

  it('knows no tenant that is not registered', async () => {
    const { work, send } = await setUp();
    await accepted(work, { tenantId: fabrikam });
    expect((await send('listOperations', { params: { tenantId: fabrikam } })).status).toBe(404);
  });
});

describe('GET …/operations/{id}', () => {
  it('gives it as it stands, and says when to look again while it goes on', async () => {
    const { work, send } = await setUp(sends);
    const { operation } = await accepted(work);
    const running = await work.perform({ operation });
    const answer = await send('getOperation', { operationId: running.id }, callerWith('operations:read'));
    expect([answer.status, answer.json]).toEqual([200, operationSchema.parse(running)]);
    expect(answer.headers.get('operation-location')).toBe(
      `${publicUrl}/api/v1/tenants/${contoso}/operations/${running.id}`,
    );
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('says no such thing of one that has ended', async () => {
    const { work, send } = await setUp();
    const { id } = await work.perform(await accepted(work));
    const answer = await send('getOperation', { operationId: id });
    expect(answer).toMatchObject({ status: 200, json: { id, status: 'Succeeded' } });
    expect([answer.headers.get('operation-location'), answer.headers.get('retry-after')]).toEqual([null, null]);
  });

  it.each(['op_aaaaaaaaaaaaaaaaaaaaaaaaaa', 'op_', 'x', "op_'"])('knows no %s', async (operationId) => {
    const { send } = await setUp();
    expect(await send('getOperation', { operationId })).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  it('finds it in its own tenant only', async () => {
    const { work, send } = await setUp();
    const { operation } = await accepted(work);
    const elsewhere = { params: { tenantId: fabrikam, operationId: operation.id } };
    expect((await send('getOperation', elsewhere)).status).toBe(404);
    expect((await send('cancelOperation', { method: 'POST', ...elsewhere })).status).toBe(404);
  });
});

describe('GET …/operations/{id}/output', () => {
  it('gives what it brought back when it has ended, and links that it has', async () => {
    const { work, outputs, send } = await setUp();
    const { operation } = await accepted(work);
    const get = () => send('getOperationOutput', { operationId: operation.id }, callerWith('operations:read'));
    expect(await get()).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    await work.cancel(contoso, operation.id);
    expect(await get()).toMatchObject({ status: 404, json: { code: 'not_found' } });
    outputs.set(operation.id, [link]);
    expect(await get()).toMatchObject({ status: 200, json: { value: [link] } });
  });
});

describe('POST …/operations/{id}/cancel', () => {
  it('ends what was not sent, and says the same when asked again', async () => {
    const { work, send } = await setUp();
    const { operation } = await accepted(work, { isLeftToTimer: true });
    const cancel = (request: TestRequest = {}) =>
      send('cancelOperation', { method: 'POST', operationId: operation.id, ...request }, callerWith('actions:write'));
    const first = await cancel();
    expect(first).toMatchObject({ status: 200, json: { id: operation.id, status: 'Canceled' } });
    expect((await cancel({ json: {} })).json).toEqual(first.json);
    expect(await cancel({ json: { now: true } })).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '#/now', code: 'unknown_field' }] },
    });
    expect((await cancel({ body: '{', headers: { 'content-type': 'application/json' } })).json).toMatchObject({
      code: 'malformed_body',
    });
    expect((await cancel({ body: 'x', headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await cancel({ body: 'x'.repeat(64 * 1024 + 1) })).status).toBe(413);
  });

  it('ends what was sent in the request', async () => {
    const { work, send } = await setUp(endsWhenAsked);
    const { id } = await work.perform(await accepted(work));
    const canceled = { status: 200, json: { id, status: 'Canceled', attempts: 0 } };
    expect(await send('cancelOperation', { method: 'POST', operationId: id })).toMatchObject(canceled);
    expect(await send('cancelOperation', { method: 'POST', operationId: id })).toMatchObject(canceled);
  });

  it('asks for the end of what was sent, and says where it is found', async () => {
    const { work, send } = await setUp(sends);
    const { id } = await work.perform(await accepted(work));
    const answer = await send('cancelOperation', { method: 'POST', operationId: id });
    expect(answer).toMatchObject({ status: 202, json: { id, status: 'Running' } });
    expect(answer.headers.get('operation-location')).toBe(`${publicUrl}/api/v1/tenants/${contoso}/operations/${id}`);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect((await send('cancelOperation', { method: 'POST', operationId: id })).status).toBe(202);
  });

  it('leaves it to the timer for whoever does not want to wait', async () => {
    const { work, send } = await setUp(endsWhenAsked);
    const { id } = await work.perform(await accepted(work));
    const request = { method: 'POST', operationId: id, headers: { prefer: 'respond-async' } };
    const answer = await send('cancelOperation', request);
    expect(answer).toMatchObject({ status: 202, json: { id, stage: 'Canceling' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    await work.drain('actions', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Canceled' });
  });

  it.each([
    ['throttled', true, 0],
    ['away', false, 1],
  ] as const)('has its end asked for once Defender is no longer %s', async (_name, throttled, attempts) => {
    let isBusy = true;
    const { work, clock, send } = await setUp((carried, tools) => {
      if (!tools.isCancelRequested) return sends(carried, tools);
      if (isBusy) throw new UpstreamUnavailable('Busy.', { throttled, retryAfterMs: minuteMs });
      return Promise.resolve({ outcome: 'Canceled' });
    });
    const { id } = await work.perform(await accepted(work));
    expect(await send('cancelOperation', { method: 'POST', operationId: id })).toMatchObject({
      ...{ status: 202, json: { id, stage: 'Canceling', attempts } },
    });
    isBusy = false;
    clock.move(minuteMs);
    await work.drain('actions', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Canceled' });
  });

  it('of what was sent waits while the tenant is suspended', async () => {
    let gate: Gate = 'open';
    const { work, clock, send } = await setUp(endsWhenAsked, { gate: () => Promise.resolve(gate) });
    const { id } = await work.perform(await accepted(work));
    gate = 'Suspended';
    expect(await send('cancelOperation', { method: 'POST', operationId: id })).toMatchObject({
      ...{ status: 202, json: { id, stage: 'Suspended', attempts: 0 } },
    });
    gate = 'open';
    await work.wake(contoso);
    clock.move(1);
    await work.drain('actions', pass);
    expect(await work.read(contoso, id)).toMatchObject({ status: 'Canceled', attempts: 0 });
  });

  it('tells how it ended when what was sent turns out to have had its effect', async () => {
    const { work, send } = await setUp((carried, tools) =>
      tools.isCancelRequested ? Promise.resolve({ outcome: 'Done' }) : sends(carried, tools),
    );
    const { id } = await work.perform(await accepted(work));
    expect(await send('cancelOperation', { method: 'POST', operationId: id })).toMatchObject({
      ...{ status: 200, json: { id, status: 'Succeeded' } },
    });
    expect(await send('cancelOperation', { method: 'POST', operationId: id })).toMatchObject({
      ...{ status: 409, json: { code: 'wrong_state' } },
    });
  });

  it('refuses for what has ended otherwise', async () => {
    const { work, send } = await setUp();
    const { id } = await work.perform(await accepted(work));
    expect(await send('cancelOperation', { method: 'POST', operationId: id })).toMatchObject({
      status: 409,
      json: { code: 'wrong_state' },
    });
  });

  it.each([
    ['Alert', 'Creating', 'alerts:write'],
    ['AlertUpdate', undefined, 'alerts:write'],
    ['Action', 'Pending', 'actions:write'],
    ['Action', 'AwaitingApproval', 'actions:approve'],
    ['IndicatorSync', 'Applying', 'indicators:write'],
    ['TenantRemoval', undefined, 'admin'],
  ] as const)('%s at %s needs %s', async (kind, stage, needed) => {
    expect(cancelScopeOf({ kind, ...(stage === undefined ? {} : { stage }) })).toBe(needed);
    const { work, send } = await setUp();
    const { operation } = await accepted(work, { kind, ...(stage === undefined ? {} : { stage }) });
    const scopes = ['alerts:write', 'actions:write', 'actions:approve', 'indicators:write', 'operations:read'] as const;
    const others = callerWith('machines:read', { scopes: scopes.filter((scope) => scope !== needed) });
    const request = { method: 'POST', operationId: operation.id };
    expect(await send('cancelOperation', request, others)).toMatchObject({
      status: 403,
      json: { code: 'scope_missing' },
    });
    const holder = needed === 'admin' ? administrator : callerWith(needed);
    expect((await send('cancelOperation', request, holder)).status).toBe(200);
  });
});

it('what waits for approval in a suspended tenant is canceled by who may approve it', async () => {
  const { work, send } = await setUp(undefined, { gate: () => Promise.resolve('Suspended') });
  const { operation } = await accepted(work, { kind: 'Action', stage: 'AwaitingApproval' });
  expect(operation.stage).toBe('Suspended');
  const request = { method: 'POST', operationId: operation.id };
  expect((await send('cancelOperation', request, callerWith('actions:write'))).status).toBe(403);
  expect((await send('cancelOperation', request, callerWith('actions:approve'))).status).toBe(200);
});

describe('a removal of a tenant that is canceled', () => {
  async function removing(carry?: Carry) {
    const made = await setUp(carry);
    const { work, tenants } = made;
    await tenants.change(contoso, (current) => {
      if (current === undefined) throw new Error('No tenant.');
      return toRemoving({ ...current, connectedAt: '2026-11-01T09:00:00Z' }, 'r1');
    });
    const { operation } = await accepted(work, { kind: 'TenantRemoval', isLeftToTimer: true });
    const cancel = () => made.send('cancelOperation', { method: 'POST', operationId: operation.id });
    const tenant = async () => (await tenants.get(contoso))?.document;
    return { ...made, operation, cancel, tenant };
  }

  it('leaves the tenant as it was, to be removed again another time', async () => {
    const { cancel, tenant, resumed } = await removing();
    expect(await cancel()).toMatchObject({ status: 200, json: { status: 'Canceled' } });
    expect(await tenant()).toMatchObject({ connection: 'Connected' });
    expect(await tenant()).not.toHaveProperty('removalId');
    expect(resumed).toEqual([contoso]);
  });

  it('touches nothing when it is said again, whatever became of the tenant since', async () => {
    const { cancel, tenant, tenants, resumed } = await removing();
    await cancel();
    await tenants.change(contoso, (current) => toRemoving(current as TenantRecord, 'r2'));
    expect(await cancel()).toMatchObject({ status: 200, json: { status: 'Canceled' } });
    expect(await tenant()).toMatchObject({ connection: 'Removing', removalId: 'r2' });
    expect(resumed).toHaveLength(1);
  });

  it('keeps the tenant before it ends, also when rows were taken out already', async () => {
    const { work, operation, cancel, tenant } = await removing(sends);
    await work.drain('sync', pass);
    expect(await cancel()).toMatchObject({ status: 202, json: { id: operation.id } });
    expect(await tenant()).toMatchObject({ connection: 'Connected' });
  });

  it('gives a suspended tenant back as suspended', () => {
    const record = toNewTenant(contoso, tenantInputSchema.parse({}));
    const suspended = { ...record, connectedAt: '2026-11-01T09:00:00Z', suspension: 'not_licensed' } as const;
    expect(toKept(toRemoving(suspended, 'r1'))).toEqual(suspended);
    expect(toKept(record)).toBe(record);
  });
});

describe('POST /work/drain', () => {
  it('carries what is due in one lane', async () => {
    const { work, clock, send } = await setUp();
    await accepted(work, { isLeftToTimer: true });
    await accepted(work, { kind: 'Alert', isLeftToTimer: true });
    await accepted(work, { dueAtMs: clock.now() + hourMs });
    const drain = (json: unknown, caller?: Caller) => send('drainWork', { method: 'POST', json }, caller);
    expect(await drain({ lane: 'actions' })).toMatchObject({ status: 200, json: { carried: 1 } });
    expect((await drain({ lane: 'actions' })).json).toEqual({ carried: 0 });
    expect((await drain({ lane: 'alerts' })).json).toEqual({ carried: 1 });
    expect((await drain({ lane: 'mail' })).json).toMatchObject({
      errors: [{ pointer: '#/lane', code: 'invalid_value' }],
    });
    expect((await drain(undefined)).status).toBe(415);
    expect((await drain({ lane: 'actions' }, callerWith('actions:write'))).status).toBe(403);
  });

  it('says since when work waits that could not be carried', async () => {
    const { work, clock, send } = await setUp(() => {
      clock.move(46_000);
      return Promise.resolve({ outcome: 'Done' });
    });
    const since = new Date(clock.now()).toISOString();
    for (let i = 0; i < 200; i += 1) await work.accept({ ...newOperation(), isLeftToTimer: true });
    const { json } = await send('drainWork', { method: 'POST', json: { lane: 'actions' } });
    expect(json).toMatchObject({ oldestDue: since });
  });
});
