import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { clientId, homeTenantId, identityClientId } from './test-world.ts';

test('the command starts from a file, says where it listens, writes its CA and stops', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  const [config, caFile] = [join(folder, 'simulator.json'), join(folder, 'ca.pem')];
  const managedIdentity = { clientId: identityClientId, principalId: identityClientId };
  await writeFile(config, JSON.stringify({ homeTenantId, application: { clientId }, managedIdentity }));
  const script = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [script, '--config', config, '--ca-file', caFile, '--identity-header', 'h']);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  expect(JSON.parse(line)).toMatchObject({ event: 'simulator.started', identityHeader: 'h' });
  expect(await readFile(caFile, 'utf8')).toContain('BEGIN CERTIFICATE');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await rm(folder, { recursive: true });
});
