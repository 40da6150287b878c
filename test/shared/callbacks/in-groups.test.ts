import { expect, test } from 'vitest';
import { inGroups } from '../../../shared/callbacks/in-groups.ts';

/** Groups that end when the test says so. */
function heldGroups() {
  const groups: { readonly calls: readonly string[]; end: (result: string) => void; fail: (error: Error) => void }[] =
    [];
  const call = inGroups<string, string>(
    (_key, calls) => new Promise((end, fail) => void groups.push({ calls, end, fail })),
  );
  return { groups, call };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('who comes while a group is on its way goes with the next, all together', async () => {
  const { groups, call } = heldGroups();
  const first = call('soar', 'a');
  await settled();
  const others = [call('soar', 'b'), call('soar', 'c')];
  await settled();
  expect(groups.map(({ calls }) => calls)).toEqual([['a']]);
  groups[0]?.end('one');
  await settled();
  expect(groups.map(({ calls }) => calls)).toEqual([['a'], ['b', 'c']]);
  groups[1]?.end('two');
  expect(await Promise.all([first, ...others])).toEqual(['one', 'two', 'two']);
  void call('soar', 'd');
  await settled();
  expect(groups.map(({ calls }) => calls)).toEqual([['a'], ['b', 'c'], ['d']]);
});

test('keys do not wait for each other', async () => {
  const { groups, call } = heldGroups();
  void call('soar', 'a');
  void call('siem', 'b');
  await settled();
  expect(groups.map(({ calls }) => calls)).toEqual([['a'], ['b']]);
});

test('a group that fails fails for those in it, and for nobody after', async () => {
  const { groups, call } = heldGroups();
  const first = call('soar', 'a');
  await settled();
  const second = call('soar', 'b');
  groups[0]?.fail(new Error('storage'));
  await expect(first).rejects.toThrow('storage');
  await settled();
  groups[1]?.end('two');
  expect(await second).toBe('two');
});
