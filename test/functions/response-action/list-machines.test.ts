import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { machineSchema } from '../../../shared/contract/machine.ts';
import { pageSchema } from '../../../shared/contract/primitives.ts';
import type { TestAnswer } from '../../builders/http.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { pc1, setUpQuestions, srv1, tenantId } from '../../builders/questions.ts';
import type { Ask } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const machinePageSchema = pageSchema(machineSchema);

function pageOf(answer: TestAnswer): z.output<typeof machinePageSchema> {
  expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
  return machinePageSchema.parse(answer.json);
}

function idsOf(answer: TestAnswer): readonly string[] {
  return pageOf(answer).value.map(({ id }) => id);
}

/** Every id of a list, page by page. */
async function everyId(ask: Ask, path: string): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { value, nextLink }: z.output<typeof machinePageSchema> = pageOf(await ask(next));
    pages.push(value.map(({ id }) => id));
    const link: URL | undefined = nextLink === undefined ? undefined : new URL(nextLink);
    if (link !== undefined) expect(link.origin).toBe('https://app.contoso.example');
    next = link === undefined ? undefined : `machines${link.search}`;
  }
  return pages;
}

describe('GET …/machines', () => {
  it('lists all, last seen first', async () => {
    const { ask, calls } = await setUpQuestions(simulator);
    const { value, nextLink } = pageOf(await ask('machines'));
    expect([value.map(({ id }) => id), nextLink]).toEqual([[srv1.id, pc1.id], undefined]);
    expect(value[1]).toMatchObject({
      computerDnsName: 'pc1.example.test',
      machineTags: ['pilot'],
      lastSeen: pc1.lastSeen,
    });
    expect(calls()).toHaveLength(1);
  });

  it('a tenant without machines has an empty list', async () => {
    const { ask, control } = await setUpQuestions(simulator);
    control.machines.clear(tenantId);
    expect(idsOf(await ask('machines'))).toEqual([]);
  });

  it.each([
    ['computerDnsName=pc1.example.test', [pc1.id]],
    ['computerDnsName=PC1', [pc1.id]],
    ['computerDnsName=pc', []],
    ['computerDnsName=pc1.example', []],
    ['ipAddress=10.0.0.6', [srv1.id]],
    ['ipAddress=203.0.113.7', []], // everybody's external address
    ['machineTag=pilot', [pc1.id]],
    ['machineTag=pil', []],
    [`machineTag=${encodeURIComponent("it's & more")}`, []],
    ['user=ana', [srv1.id, pc1.id]],
    ['user=nobody', []],
    ['user=ana&machineTag=pilot', [pc1.id]],
    ['user=ana&ipAddress=10.0.0.6', [srv1.id]],
    ['ipAddress=10.0.0.6&machineTag=pilot', []],
    ['computerDnsName=pc1&ipAddress=10.0.0.5&machineTag=pilot&user=ana', [pc1.id]],
    ['computerDnsName=srv1&ipAddress=10.0.0.5&machineTag=pilot&user=ana', []],
    ['unknown=1&computerDnsName=pc1', [pc1.id]],
  ])('?%s', async (query, ids) => {
    const { ask, control } = await setUpQuestions(simulator);
    control.users.seed(tenantId, [{ accountName: 'ana', machineIds: [pc1.id, srv1.id] }]);
    expect(idsOf(await ask(`machines?${query}`))).toEqual(ids);
  });

  it('a record that was merged into another stands for that one', async () => {
    const { ask, control } = await setUpQuestions(simulator);
    const old = { id: 'd'.repeat(40), computerDnsName: 'old.example.test', mergedIntoMachineId: pc1.id };
    control.machines.seed(tenantId, [old]);
    expect(idsOf(await ask('machines'))).toEqual([srv1.id, pc1.id]);
    expect(idsOf(await ask('machines?computerDnsName=old'))).toEqual([pc1.id]);
    expect(idsOf(await ask('machines?computerDnsName=old&machineTag=pilot'))).toEqual([pc1.id]);
  });

  it('comes in pages that miss none and repeat none', async () => {
    const { ask, control } = await setUpQuestions(simulator);
    const seeds = Array.from({ length: 5 }, (_, i) => ({ id: `${i}`.repeat(40), lastSeen: '2026-11-20T07:00:00Z' }));
    control.machines.seed(tenantId, seeds);
    const pages = await everyId(ask, 'machines?limit=3');
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual([srv1.id, pc1.id, ...seeds.map(({ id }) => id)]);
    const narrowed = await everyId(ask, 'machines?limit=1&machineTag=pilot');
    expect(narrowed).toEqual([[pc1.id]]);
  });

  it('a machine that is seen while pages are read moves no other', async () => {
    const { ask, control } = await setUpQuestions(simulator);
    control.machines.seed(tenantId, [{ id: 'e'.repeat(40), lastSeen: '2026-11-20T07:00:00Z' }]);
    const { nextLink = '' } = pageOf(await ask('machines?limit=1'));
    control.machines.change(tenantId, 'e'.repeat(40), { lastSeen: '2026-11-20T09:59:00Z' });
    expect(idsOf(await ask(`machines${new URL(nextLink).search}`))).toEqual([pc1.id]);
  });

  it('names every wrong parameter', async () => {
    const { ask, calls } = await setUpQuestions(simulator);
    const answer = await ask(
      'machines?computerDnsName=a%20b&ipAddress=127.0.0.1&user=ana@example.test&limit=0&cursor=!',
    );
    expect([answer.status, answer.json]).toMatchObject([
      400,
      {
        code: 'invalid_field',
        errors: [
          { parameter: 'computerDnsName', code: 'invalid_format' },
          { parameter: 'ipAddress', code: 'invalid_value' },
          { parameter: 'user', code: 'invalid_format' },
          { parameter: 'limit', code: 'invalid_value' },
          { parameter: 'cursor', code: 'invalid_value' },
        ],
      },
    ]);
    expect(await ask('machines?user=..')).toMatchObject({ status: 400, json: { errors: [{ parameter: 'user' }] } });
    const foreign = `machines?cursor=${Buffer.from('17').toString('base64url')}`;
    expect(await ask(foreign)).toMatchObject({ status: 400, json: { errors: [{ parameter: 'cursor' }] } });
    expect(calls().filter(({ path }) => path !== '/api/machines')).toEqual([]);
  });

  it('a list that is not whole is no list', async () => {
    const { ask, control, budgets } = await setUpQuestions(simulator);
    control.faults.add({ fault: 'http-503', match: { path: '/api/users/ana/machines' } });
    expect(await ask('machines?user=ana&machineTag=pilot')).toMatchObject({
      ...{ status: 503, json: { code: 'temporarily_unavailable' } },
    });
    while ((await budgets.take(tenantId, 'entities')).granted);
    expect(await ask('machines?user=ana')).toMatchObject({ status: 429, json: { code: 'too_many_requests' } });
    expect(idsOf(await ask('machines?machineTag=pilot'))).toEqual([pc1.id]);
  });
});
