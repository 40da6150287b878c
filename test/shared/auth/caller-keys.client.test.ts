import { describe, expect, test } from 'vitest';
import type { SecretVersion, SecretVersions } from '../../../shared/auth/caller-keys.client.ts';
import { callbackSecretName, callerSecretName, createCallerKeys } from '../../../shared/auth/caller-keys.client.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';

const second = 1_000;
const minute = 60 * second;
const keyOf = (fill: number): Buffer => Buffer.alloc(24, fill);
const secretOf = (fill: number): string => `whsec_${keyOf(fill).toString('base64')}`;

interface Stored extends SecretVersion {
  readonly value: string;
}

/** A vault in memory whose clock, content and faults a test sets. */
function createWorld(first: Record<string, readonly Stored[]> = {}) {
  const asked: string[] = [];
  const lines: string[] = [];
  const world = { nowMs: 1_000_000, secrets: first, isDown: false, gate: Promise.resolve(), asked, lines };
  const answer = async <T>(call: string, result: () => T): Promise<T> => {
    asked.push(call);
    await world.gate;
    if (world.isDown) throw new Error('vault down');
    return result();
  };
  const vault: SecretVersions = {
    list: (name) => answer(`list ${name}`, () => world.secrets[name] ?? []),
    read: (name, version) =>
      answer(`read ${version}`, () => world.secrets[name]?.find((it) => it.version === version)?.value),
  };
  const write = (event: string): void => void lines.push(event);
  const keys = createCallerKeys({ vault, now: () => world.nowMs, log: { info: write, warn: write, error: write } });
  return { world, keys };
}

function version(n: number, change: Partial<Stored> = {}): Stored {
  return { version: `v${n}`, isEnabled: true, createdAtMs: n, value: secretOf(n), ...change };
}

function held(): { readonly gate: Promise<void>; readonly release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { gate: promise, release: resolve };
}

test('names of the two secrets', () => {
  expect([callerSecretName('soar'), callbackSecretName('soar')]).toEqual(['caller-soar', 'callback-soar']);
});

describe('which versions count', () => {
  test.each<[string, readonly Stored[], readonly number[]]>([
    ['none', [], []],
    ['one', [version(1)], [1]],
    ['three, newest first, whatever order they come in', [version(2), version(3), version(1)], [3, 2, 1]],
    ['the newest three of five', [version(1), version(2), version(3), version(4), version(5)], [5, 4, 3]],
    ['disabled ones do not count', [version(1), version(2), version(3, { isEnabled: false }), version(4)], [4, 2, 1]],
    ['all disabled', [version(1, { isEnabled: false })], []],
    ['one that is no webhook secret is passed over', [version(1), version(2, { value: 'hunter2' })], [1]],
  ])('%s', async (_, versions, expected) => {
    const { keys } = createWorld({ 'caller-soar': versions });
    expect(await keys.of('caller-soar')).toEqual(expected.map(keyOf));
  });

  test('what is no webhook secret is said once', async () => {
    const { world, keys } = createWorld({ a: [version(1, { value: 'hunter2' })] });
    await keys.of('a');
    world.nowMs += 3 * minute;
    await keys.of('a');
    expect(world.lines).toEqual(['callerKey.malformed']);
  });
});

describe('how long they are kept', () => {
  test('the vault is asked once for two minutes, then only for the versions and new values', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    await keys.of('a');
    world.nowMs += 2 * minute - 1;
    await keys.of('a');
    expect(world.asked).toEqual(['list a', 'read v1']);
    world.secrets = { a: [version(1), version(2)] };
    world.nowMs += 1;
    expect(await keys.of('a')).toEqual([keyOf(2), keyOf(1)]);
    expect(world.asked).toEqual(['list a', 'read v1', 'list a', 'read v2']);
  });

  test('a disabled version is gone within five minutes, with the vault up or down', async () => {
    for (const isDown of [false, true]) {
      const { world, keys } = createWorld({ a: [version(1), version(2)] });
      await keys.of('a');
      world.secrets = { a: [version(1), version(2, { isEnabled: false })] };
      world.isDown = isDown;
      world.nowMs += 5 * minute;
      const after = await keys.of('a').catch((error: unknown) => error);
      if (isDown) expect(after).toBeInstanceOf(UpstreamUnavailable);
      else expect(after).toEqual([keyOf(1)]);
    }
  });

  test('age counts from the start of the read, not from its slow end', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    const { gate, release } = held();
    world.gate = gate;
    const first = keys.of('a');
    world.nowMs += 4 * minute;
    release();
    await first;
    world.isDown = true;
    world.nowMs += minute;
    await expect(keys.of('a')).rejects.toBeInstanceOf(UpstreamUnavailable);
  });

  test('a secret that is missing is remembered for half a minute', async () => {
    const { world, keys } = createWorld();
    expect(await keys.of('a')).toEqual([]);
    world.secrets = { a: [version(1)] };
    world.nowMs += 30 * second - 1;
    expect(await keys.of('a')).toEqual([]);
    world.nowMs += 1;
    expect(await keys.of('a')).toEqual([keyOf(1)]);
  });

  test('a clock that was set back makes no key younger', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    await keys.of('a');
    world.nowMs -= 60 * minute;
    world.secrets = { a: [] };
    expect(await keys.of('a')).toEqual([]);
  });
});

describe('after a signature that fitted none', () => {
  test('a new version counts at once', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    await keys.of('a');
    world.secrets = { a: [version(1), version(2)] };
    expect(await keys.readAgain('a')).toEqual([keyOf(2), keyOf(1)]);
    expect(await keys.of('a')).toEqual([keyOf(2), keyOf(1)]);
  });

  test('the vault is asked at most once a minute, for each secret', async () => {
    const { world, keys } = createWorld({ a: [version(1)], b: [version(2)] });
    for (let i = 0; i < 50; i += 1) {
      await keys.readAgain('a');
      await keys.readAgain('b');
    }
    expect(world.asked).toEqual(['list a', 'read v1', 'list b', 'read v2']);
    world.nowMs += minute;
    await keys.readAgain('a');
    expect(world.asked).toHaveLength(5);
  });

  test('a vault that fails takes nothing away', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    await keys.of('a');
    world.isDown = true;
    expect(await keys.readAgain('a')).toEqual([keyOf(1)]);
  });
});

describe('a vault that fails', () => {
  test('the last good keys serve until five minutes after they were read', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    await keys.of('a');
    world.isDown = true;
    world.nowMs += 5 * minute - 1;
    expect(await keys.of('a')).toEqual([keyOf(1)]);
    world.nowMs += 1;
    await expect(keys.of('a')).rejects.toMatchObject({ retryAfterMs: 5_000, cause: new Error('vault down') });
  });

  test('is left in peace for five seconds, then asked again', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    world.isDown = true;
    for (let i = 0; i < 10; i += 1) await expect(keys.of('a')).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(world.asked).toEqual(['list a']);
    world.isDown = false;
    world.nowMs += 5 * second;
    expect(await keys.of('a')).toEqual([keyOf(1)]);
  });

  test('never reads as a missing secret', async () => {
    const { world, keys } = createWorld();
    await keys.of('a');
    world.isDown = true;
    world.nowMs += 10 * minute;
    await expect(keys.of('a')).rejects.toBeInstanceOf(UpstreamUnavailable);
  });
});

describe('many at once', () => {
  test('share one read', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    const { gate, release } = held();
    world.gate = gate;
    const all = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? keys.of('a') : keys.readAgain('a')));
    release();
    expect(await Promise.all(all)).toEqual(all.map(() => [keyOf(1)]));
    expect(world.asked).toEqual(['list a', 'read v1']);
  });

  test('all whose signature fitted none see what the one read of that minute finds', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    await keys.of('a');
    world.secrets = { a: [version(1), version(2)] };
    const { gate, release } = held();
    world.gate = gate;
    const all = Array.from({ length: 20 }, () => keys.readAgain('a'));
    release();
    expect(await Promise.all(all)).toEqual(all.map(() => [keyOf(2), keyOf(1)]));
    expect(world.asked.filter((call) => call === 'list a')).toHaveLength(2);
  });

  test('share its failure too, and the next one starts afresh', async () => {
    const { world, keys } = createWorld({ a: [version(1)] });
    world.isDown = true;
    const results = await Promise.allSettled([keys.of('a'), keys.of('a'), keys.readAgain('a')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(world.asked).toEqual(['list a']);
    world.isDown = false;
    world.nowMs += minute;
    expect(await keys.of('a')).toEqual([keyOf(1)]);
  });
});
