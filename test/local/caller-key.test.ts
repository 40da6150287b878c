import { afterAll, beforeAll, expect, test } from 'vitest';
import { addKeyVersion, listKeyVersions, readKey, revokeKeyVersion, toSecretName } from './caller-key.ts';
import { startSimulator } from './simulator/simulator.ts';
import type { Simulator } from './simulator/simulator.ts';
import { trust } from './stand-ins.ts';
import { openVault } from './vault.ts';
import { toSimulatorOptions } from './world-options.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ ...toSimulatorOptions(), port: 0, identityPort: 0 });
  trust(simulator.caPem);
});
afterAll(() => simulator.stop());

test('the key of a caller is made, rotated and revoked in the vault', async () => {
  const vault = openVault({ simulatorOrigin: simulator.origin });
  const name = toSecretName('soar', false);
  expect(await listKeyVersions(vault, name)).toEqual([]);
  expect(await readKey(vault, name)).toBeUndefined();

  const first = await addKeyVersion(vault, name);
  expect(first.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  simulator.control.clock.advance(1_000);
  const second = await addKeyVersion(vault, name);
  expect(second.secret).not.toBe(first.secret);
  expect(await readKey(vault, name)).toBe(second.secret);

  await revokeKeyVersion(vault, name, second.version);
  expect(await listKeyVersions(vault, name)).toMatchObject([
    { version: second.version, isEnabled: false },
    { version: first.version, isEnabled: true },
  ]);
  expect(await readKey(vault, name)).toBe(first.secret);
});

test('requests and callbacks are signed with different keys', () => {
  expect([toSecretName('soar', false), toSecretName('soar', true)]).toEqual(['caller-soar', 'callback-soar']);
});
