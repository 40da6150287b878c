import { expect, test } from 'vitest';
import { createFollowActions } from '../../../../functions/response-action/machine-action/follow-actions.client.ts';
import { defenderMachineActionSchema } from '../../../../shared/defender/machine-action-rows.ts';
import { UpstreamRefused } from '../../../../shared/errors.ts';

const tenant = { tenantId: '6f1c0000-0000-4000-8000-00000000a001', cloud: 'Commercial' } as const;
const actionOf = (id: string) => defenderMachineActionSchema.parse({ id, type: 'Isolate', status: 'Pending' });
const refusal = (status: number) => new UpstreamRefused('defender_refused', 'Refused.', { status });

/** Two actions are followed; `list` answers for both, `got` are those asked for by themselves. */
function following(list: (ids: readonly string[]) => Promise<ReturnType<typeof actionOf>[]>) {
  const lists: (readonly string[])[] = [];
  const got: string[] = [];
  const follow = createFollowActions({
    machineActions: {
      listByIds: (_tenant, ids) => {
        lists.push(ids);
        return list(ids);
      },
      get: (_tenant, id) => {
        got.push(id);
        return Promise.resolve(actionOf(id));
      },
    },
    listFollowed: () => Promise.resolve(['a', 'b']),
    now: () => 0,
  });
  return { follow: (id: string) => follow(tenant, id), lists, got };
}

test('what falls due together is read with one list; what is not in it is asked for by itself', async () => {
  const { follow, lists, got } = following(() => Promise.resolve([actionOf('A')]));
  expect([await follow('a'), await follow('b')]).toMatchObject([{ id: 'A' }, { id: 'b' }]);
  expect(lists).toHaveLength(1);
  expect(got).toEqual(['b']);
});

test('where the list’s filter is refused, each is asked for by itself', async () => {
  const { follow, lists, got } = following(() => Promise.reject(refusal(400)));
  expect([await follow('a'), await follow('b')]).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  expect(lists).toHaveLength(1);
  expect(got).toEqual(['a', 'b']);
});

test('any other failure of the list is only for those who wait for it', async () => {
  let failures = 1;
  const { follow, got } = following(() =>
    failures-- > 0 ? Promise.reject(refusal(403)) : Promise.resolve([actionOf('a')]),
  );
  await expect(follow('a')).rejects.toMatchObject({ status: 403 });
  expect(await follow('a')).toMatchObject({ id: 'a' });
  expect(got).toEqual([]);
});
