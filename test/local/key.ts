// `npm run key -- soar`: makes, rotates and revokes the key that a caller signs with; with --callback the one that callbacks
// to it are signed with. In the vault of the running stack, or in the one of KEY_VAULT_URL.
import { parseArgs } from 'node:util';
import type { SecretClient } from '@azure/keyvault-secrets';
import { addKeyVersion, listKeyVersions, revokeKeyVersion, toSecretName } from './caller-key.ts';
import { tellReceiver } from './demo-caller.ts';
import { openRunningStack } from './running-stack.ts';
import { openVault } from './vault.ts';

const usage = `Usage: npm run key -- callerId [--callback] [--rotate | --revoke VERSION]
  without more    makes the key when there is none, else lists its versions
  --rotate        adds a version: it and the two before it are taken
  --revoke        disables a version: within five minutes it is taken no longer
  --callback      the key that callbacks to the caller are signed with
`;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Wish {
  readonly rotate: boolean;
  readonly revoke: string | undefined;
}

async function main(): Promise<void> {
  const wanted = readArguments();
  if (wanted === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const stack = await openRunningStack();
  await carryOut(openVault(stack), wanted.name, wanted);
  if (stack !== undefined) await tellReceiver(stack.simulatorOrigin);
}

async function carryOut(vault: SecretClient, name: string, { rotate, revoke }: Wish): Promise<void> {
  const before = await listKeyVersions(vault, name);
  if (revoke !== undefined) await revokeKeyVersion(vault, name, revoke);
  else if (rotate || !before.some(({ isEnabled }) => isEnabled)) {
    const { version, secret } = await addKeyVersion(vault, name);
    process.stderr.write(`${name}, version ${version}; it is shown this once:\n`);
    return say(secret);
  }
  for (const { version, isEnabled, createdAt } of await listKeyVersions(vault, name)) {
    say(`${name}  ${version}  ${createdAt}  ${isEnabled ? 'enabled' : 'revoked'}`);
  }
}

function readArguments(): (Wish & { readonly name: string }) | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { callback: { type: 'boolean' }, rotate: { type: 'boolean' }, revoke: { type: 'string' } },
    });
    const [callerId, ...more] = positionals;
    const { callback = false, rotate = false, revoke } = values;
    const isWrong = callerId === undefined || !/^[a-z0-9-]{1,40}$/.test(callerId) || more.length > 0;
    if (isWrong || (rotate && revoke !== undefined)) return undefined;
    return { name: toSecretName(callerId, callback), rotate, revoke };
  } catch {
    return undefined; // an option that there is not
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
