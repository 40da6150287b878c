// The only tests at the fixed ports.
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../builders/command.ts';
import type { RunningCommand } from '../builders/command.ts';
import { freshFolder, writeFiles } from '../builders/folder.ts';
import { until } from '../builders/until.ts';
import { world } from '../local/demo-world.ts';
import { requireFreePort } from '../local/listen.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const samples = join(root, 'test/local/samples');
const folder = freshFolder();
const temp = join(folder, 'temp');
const feeds = [join(folder, 'list.txt'), join(folder, 'table.csv')];
const { app, simulator, identity, callbacks, table } = world.ports;
const started: RunningCommand[] = [];

/** What `func start --port 7071` does, by the host that is there. */
const funcOverOurHost = `#!${process.execPath}
const { spawn } = require('node:child_process');
const [, , command, option, port] = process.argv;
if (command !== 'start' || option !== '--port') process.exit(2);
const host = spawn(process.execPath, ['${join(root, 'test/local/functions-host/main.ts')}', '--no-enable-auth', '--port=' + port]);
host.stdout.on('data', (text) => /listens on/.test(text) && console.log('Worker process started and initialized.'));
host.on('exit', (code) => process.exit(code));
process.on('SIGTERM', () => host.kill());
`;

function run(line: string, env: Readonly<Record<string, string>> = {}): RunningCommand {
  const command = runCommand(line, { TMPDIR: temp, ...env });
  started.push(command);
  return command;
}

/** No process, no port, no file is left of it. */
async function expectNothingLeft(command: RunningCommand): Promise<void> {
  await until(() => !command.isRunning());
  for (const port of [app, simulator, identity, callbacks, table]) await untilFree(port);
  expect(readdirSync(temp).filter((name) => name.startsWith('mde-partner'))).toEqual([]);
  expect(existsSync(join(root, '.local'))).toBe(false);
}

/** What Node children do about a parent that is gone takes them a moment. */
async function untilFree(port: number): Promise<void> {
  for (let isFree = false; !isFree;) {
    isFree = await requireFreePort(port).then(
      () => true,
      () => new Promise((resolve) => setTimeout(resolve, 20, false)),
    );
  }
}

beforeAll(async () => {
  mkdirSync(temp);
  writeFiles(folder, { 'list.txt': 'one.example.com\ntwo.example.com\n', 'table.csv': 'type,value\nip,203.0.113.9\n' });
  for (const port of [app, simulator, identity, callbacks, table]) await requireFreePort(port);
});
afterEach(() => {
  for (const command of started.splice(0)) if (command.isRunning()) command.signal('SIGKILL');
});

test('npm start, what can be done beside it, and Ctrl-C', async () => {
  const start = run('npm start');
  await start.until('Try in another terminal');
  for (const port of [app, simulator, identity, callbacks, table])
    expect(start.output()).toContain(`127.0.0.1:${port}`);
  for (const { displayName, tenantId } of world.tenants)
    expect(start.output()).toMatch(new RegExp(`${displayName} .*${tenantId}`));

  const token = run('npm run -s token -- admin');
  expect(await token.ended).toBe(0);
  const jwt = token.output().trim().split('\n').at(-1) ?? '';
  expect(decodeJwt(jwt)).toMatchObject({ aud: world.appClientId, roles: ['admin'], tid: world.homeTenantId });
  const answer = await fetch(`http://127.0.0.1:${app}/api/v1/tenants`, { headers: { authorization: `Bearer ${jwt}` } });
  expect(await answer.json()).toMatchObject({ value: world.tenants.map(({ tenantId }) => ({ tenantId })) });

  const second = run('npm start');
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`Port ${app} is taken`);

  const demo = run(`npm run demo -- ${feeds.join(' ')}`);
  expect([await demo.ended, demo.output()]).toEqual([0, expect.not.stringContaining('starting one')]);
  expectInStep(demo);
  expectOutcomes(demo);
  expect(demo.output()).toContain('The late alert is looked for again');

  for (const sample of readdirSync(samples)) {
    const send = run(`npm run -s send -- ${join(samples, sample)}`);
    expect([await send.ended, send.output()]).toEqual([0, expect.stringMatching(/"status": "(?:Succeeded|Running)"/)]);
  }

  start.signal('SIGINT');
  await start.ended;
  expect(start.output()).toContain('Stopping');
  await expectNothingLeft(start);
});

test('npm run demo by itself starts all that it needs, and ends it', async () => {
  const demo = run(`npm run demo -- ${feeds.join(' ')}`);
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toContain('No running stack: starting one');
  expectInStep(demo);
  expectOutcomes(demo);
  for (const later of ['the late alert', 'the isolation', 'the release']) {
    expect(demo.output()).toContain(`${later}: Succeeded`);
  }
  for (const callback of ['alert.created', 'alert.failed', 'action.succeeded', 'action.failed']) {
    expect(demo.output()).toMatch(new RegExp(`callback ${callback} op_.* -> 204`));
  }
  await expectNothingLeft(demo);
});

/** The second round of the demo has sent nothing to either tenant. */
function expectInStep(demo: RunningCommand): void {
  const rounds = demo.output().split('Second sync');
  for (const { displayName } of world.tenants)
    expect(rounds[1]).toMatch(new RegExp(`${displayName}: Succeeded;.* 0 calls`));
}

/** What became of the demo's alerts and actions at once. */
function expectOutcomes(demo: RunningCommand): void {
  expect(demo.output()).toMatch(/lands: Succeeded.*\n +machine pc1\.example\.test\n +event DeviceNetworkEvents/);
  expect(demo.output()).toMatch(/two machines could be meant: Failed, machine_ambiguous/);
  expect(demo.output()).toMatch(/OCSF: Succeeded/);
  expect(demo.output()).toMatch(/for five minutes: Running, (?:Pending|InProgress)/);
  expect(demo.output()).toMatch(/protects: Failed, refused_by_policy by #\/policy\/actions\/protectedTags/);
}

test('npm start with Core Tools on the PATH: they run the app, and Azurite is whole', async () => {
  writeFiles(folder, { 'tools/func': funcOverOurHost });
  chmodSync(join(folder, 'tools', 'func'), 0o755);
  const start = run('npm start', { PATH: `${join(folder, 'tools')}${delimiter}${process.env['PATH']}` });
  await start.until('Try in another terminal');
  expect(start.output()).toContain('in Core Tools');
  for (const port of [world.ports.blob, world.ports.queue])
    await expect(requireFreePort(port)).rejects.toThrow('taken');
  start.signal('SIGINT');
  await start.ended;
  await expectNothingLeft(start);
  for (const port of [world.ports.blob, world.ports.queue]) await untilFree(port);
});

describe('an early end', () => {
  test('by Ctrl-C while the package is built leaves nothing', async () => {
    const start = run('npm start');
    await start.until('Building the package');
    start.signal('SIGINT');
    await start.ended;
    expect(start.output()).not.toMatch(/error/i);
    await expectNothingLeft(start);
  });

  test('of npm alone, as the "kill" of a script brings it, takes the rest along', async () => {
    const start = run('npm start');
    await start.until('Try in another terminal');
    process.kill(start.pid, 'SIGTERM');
    await expectNothingLeft(start);
  });
});

test('token says what is missing', async () => {
  const usage = run('npm run -s token -- nobody');
  expect([await usage.ended, usage.output()]).toEqual([2, expect.stringContaining('Usage: npm run token -- admin')]);
  const alone = run('npm run -s token -- admin');
  expect([await alone.ended, alone.output()]).toEqual([1, expect.stringContaining('start one with "npm start"')]);
});

describe('an older Node', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const fake = (version: string): string =>
    `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;
  const requireNode = `--import ./.config/require-node.mjs`;

  test.each(['20.20.2', '22.11.0', '24.4.1'])('%s is refused by name', async (version) => {
    const command = run(`${process.execPath} --import ${fake(version)} ${requireNode} --print 1`);
    expect(await command.ended).toBe(1);
    expect(command.output()).toContain(`Node ${version} `);
    expect(command.output()).toContain('needs Node 24.5 or newer');
  });

  test.each(['24.5.0', '25.0.0'])('%s is not', async (version) => {
    const command = run(`${process.execPath} --import ${fake(version)} ${requireNode} --print 1`);
    expect([await command.ended, command.output()]).toEqual([0, '1\n']);
  });

  test('no script of ours starts without asking', () => {
    const ours = Object.entries(scripts).filter(
      ([, script]) => /\.(?:ts|mjs)\b/.test(script) && script.startsWith('node'),
    );
    expect(ours.length).toBeGreaterThan(3);
    for (const [, script] of ours) expect(script.startsWith(`node ${requireNode} `)).toBe(true);
  });
});
