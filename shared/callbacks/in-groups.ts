/**
 * Carries calls for the same key one group after the other: whoever comes while a group is on its way waits for it, and goes
 * with all others that waited. So everybody's call begins after it was made, and a burst makes two groups, not hundreds.
 * A group that fails fails for all who are in it.
 */
export function inGroups<Call, Result>(
  carry: (key: string, calls: readonly Call[]) => Promise<Result>,
): (key: string, call: Call) => Promise<Result> {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, { readonly calls: Call[]; readonly result: Promise<Result> }>();

  async function go(key: string, calls: readonly Call[], before: Promise<unknown>): Promise<Result> {
    await before.catch(() => undefined); // its failure is that of those who were in it
    waiting.delete(key);
    const result = carry(key, calls);
    running.set(key, result);
    try {
      return await result;
    } finally {
      if (running.get(key) === result) running.delete(key);
    }
  }

  return (key, call) => {
    const group = waiting.get(key);
    if (group !== undefined) {
      group.calls.push(call);
      return group.result;
    }
    const calls = [call];
    const result = go(key, calls, running.get(key) ?? Promise.resolve());
    waiting.set(key, { calls, result });
    return result;
  };
}
