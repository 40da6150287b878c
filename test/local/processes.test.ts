import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freshFolder, writeFiles } from '../builders/folder.ts';
import { listen, requireFreePort } from './listen.ts';

// Each child of the parent under test holds a connection to the test: it closes when the child is gone, however it went.
const child = `
  import { spawn } from 'node:child_process';
  import { connect } from 'node:net';
  const [name, ...flags] = process.argv.slice(2);
  if (flags.includes('stubborn')) process.on('SIGTERM', () => console.log(name + ' stays'));
  else process.on('SIGTERM', () => { console.log(name + ' stops'); process.exit(0); });
  if (flags.includes('broken')) { console.log('no such setting'); process.exit(3); }
  if (flags.includes('family')) spawn(process.execPath, [import.meta.filename, name + ' child', 'stubborn'], { stdio: 'ignore' });
  const socket = connect(Number(process.env.TEST_PORT), '127.0.0.1', () => {
    socket.write(name + '\\n');
    if (!flags.includes('silent')) console.log('ready');
  });
  socket.on('data', () => process.exit(4));
`;

const parent = `
  import { createProcesses } from ${JSON.stringify(new URL('processes.ts', import.meta.url).href)};
  const processes = createProcesses({
    graceMs: Number(process.env.GRACE_MS ?? 60_000),
    echoMs: Number(process.env.ECHO_MS ?? 0),
  });
  const folder = processes.tempFolder();
  processes.onStop(async () => console.log('last'));
  process.on('message', (message) => { if (message === 'exit') process.exit(7); if (message === 'throw') throw new Error('a bug'); });
  for (const words of JSON.parse(process.env.CHILDREN)) {
    const [name, ...flags] = words;
    const options = { name, script: process.env.CHILD, args: words, ready: /ready/, isShown: true, readyTimeoutMs: 60_000 };
    process.send({ starting: name, folder });
    await processes.start(options).catch((error) => { console.log(error.message); process.exit(5); });
  }
  process.send({ started: true, folder });
`;

/** As npm's: it starts the script and waits for it. */
const shell = `
  import { fork } from 'node:child_process';
  import { join } from 'node:path';
  fork(join(import.meta.dirname, 'parent.ts'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
`;

interface Message {
  readonly started?: true;
  readonly folder: string;
}

describe('child processes end with their parent', () => {
  const folder = freshFolder();
  const server: Server = createServer();
  const parents: ChildProcess[] = [];
  const connected = new Map<string, Socket>();
  const waiting = new Map<string, () => void>();

  beforeAll(async () => {
    writeFiles(folder, { 'child.mjs': child, 'parent.ts': parent, 'shell.mjs': shell });
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (name) => {
        connected.set(String(name).trim(), socket);
        waiting.get(String(name).trim())?.();
      });
    });
    await listen(server, { port: 0 });
  });
  afterEach(() => {
    for (const process of parents.splice(0)) process.kill('SIGKILL');
    connected.clear();
  });
  afterAll(() => void server.close());

  function startParent(children: readonly (readonly string[])[], env: Readonly<Record<string, string>> = {}): Parent {
    const process = startScript('parent.ts', { CHILDREN: JSON.stringify(children), ...env });
    const output = Promise.all([readAll(process.stdout), readAll(process.stderr)]);
    const ended = new Promise<ParentEnd>((resolve) =>
      process.on('close', (code) => void output.then((texts) => resolve({ code, output: texts.join('') }))),
    );
    const started = new Promise<Message>((resolve) =>
      process.on('message', (message) => (message as Message).started && resolve(message as Message)),
    );
    return { process, ended, started };
  }

  function startScript(script: string, env: Readonly<Record<string, string>>): ChildProcess {
    const own = {
      TEST_PORT: String((server.address() as AddressInfo).port),
      CHILD: join(folder, 'child.mjs'),
      TMPDIR: folder, // a parent that is killed leaves its own folder behind
    };
    const process = fork(join(folder, script), [], { execArgv: [], silent: true, env: { ...own, ...env } });
    parents.push(process);
    return process;
  }

  function untilConnected(name: string): Promise<void> {
    return new Promise((resolve) => (connected.has(name) ? resolve() : waiting.set(name, resolve)));
  }

  async function untilGone(name: string): Promise<void> {
    await untilConnected(name);
    const socket = connected.get(name);
    if (socket && !socket.closed) await once(socket, 'close');
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s stops them in reverse order and leaves nothing',
    async (signal) => {
      const { process, started, ended } = startParent([['one'], ['two']]);
      const { folder: temporary } = await started;
      expect(existsSync(temporary)).toBe(true);
      process.kill(signal);
      const { code, output } = await ended;
      expect(code).toBe(0);
      expect(output.match(/.*(stops|last)/g)).toEqual(['two | two stops', 'one | one stops', 'last']);
      await Promise.all([untilGone('one'), untilGone('two')]);
      expect(existsSync(temporary)).toBe(false);
    },
  );

  test('one that does not heed SIGTERM is killed, and what it started too', async () => {
    const { process, started, ended } = startParent([['old', 'stubborn', 'family']], { GRACE_MS: '50' });
    await started;
    await untilConnected('old child');
    process.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await Promise.all([untilGone('old'), untilGone('old child')]);
  });

  test('what a well-behaved one leaves behind is killed', async () => {
    const { process, started, ended } = startParent([['tidy', 'family']]);
    await started;
    await untilConnected('tidy child');
    process.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await untilGone('tidy child');
  });

  test('a second Ctrl-C waits for nobody', async () => {
    const { process, started, ended } = startParent([['old', 'stubborn']]);
    await started;
    process.stdout?.on('data', (chunk) => String(chunk).includes('old stays') && process.kill('SIGINT'));
    process.kill('SIGINT');
    expect((await ended).code).toBe(1);
    await untilGone('old');
  });

  test('but one that npm passes on as well is no second one', async () => {
    const { process, started, ended } = startParent([['old', 'stubborn']], { GRACE_MS: '500', ECHO_MS: '60000' });
    await started;
    process.stdout?.on('data', (chunk) => String(chunk).includes('old stays') && process.kill('SIGINT'));
    process.kill('SIGINT');
    const { code, output } = await ended;
    expect(code).toBe(0);
    expect(output).toContain('last');
    await untilGone('old');
  });

  test('npm killed without its script: the script ends too', async () => {
    const children = JSON.stringify([['one'], ['two', 'stubborn']]);
    const shell = startScript('shell.mjs', { npm_lifecycle_event: 'start', CHILDREN: children, GRACE_MS: '50' });
    await Promise.all([untilConnected('one'), untilConnected('two')]);
    shell.kill('SIGKILL');
    await Promise.all([untilGone('one'), untilGone('two')]);
  });

  test('Ctrl-C while one is starting', async () => {
    const { process, ended } = startParent([['first'], ['slow', 'silent']]);
    await untilConnected('slow');
    process.kill('SIGINT');
    const { code, output } = await ended;
    expect(code).toBe(0);
    expect(output).not.toContain('before it was ready');
    await Promise.all([untilGone('first'), untilGone('slow')]);
  });

  test.each([
    ['exit', 7],
    ['throw', 1],
  ])('an %s of the parent takes them along', async (how, exitCode) => {
    const { process, started, ended } = startParent([['one', 'stubborn']]);
    const { folder: temporary } = await started;
    process.send(how);
    expect((await ended).code).toBe(exitCode);
    await untilGone('one');
    expect(existsSync(temporary)).toBe(false);
  });

  test('so does a kill -9, which the parent cannot see coming', async () => {
    const { process, started } = startParent([['one', 'stubborn'], ['two']]);
    await started;
    process.kill('SIGKILL');
    await Promise.all([untilGone('one'), untilGone('two')]);
  });

  test('one that ends by itself ends the whole, and says why', async () => {
    const { started, ended } = startParent([['one'], ['two']]);
    await started;
    await untilConnected('one');
    connected.get('one')?.write('end');
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(output).toContain('one ended (exit code 4):\nready\n');
    await untilGone('two');
  });

  test('one that does not start is reported with its output', async () => {
    const { ended } = startParent([['one'], ['two', 'broken']]);
    const { code, output } = await ended;
    expect(code).toBe(5);
    expect(output).toContain('two ended before it was ready (exit code 3):\nno such setting\n');
    await untilGone('one');
  });
});

test('a taken port is named', async () => {
  const server = createServer();
  await listen(server, { port: 0 });
  const { port } = server.address() as AddressInfo;
  const message = `Port ${port} is taken: stop the program that listens there and try again.`;
  await expect(requireFreePort(port)).rejects.toThrow(message);
  await expect(listen(createServer(), { port })).rejects.toThrow(message);
  await new Promise((resolve) => server.close(resolve));
  await requireFreePort(port);
});

async function readAll(stream: Readable | null): Promise<string> {
  return stream ? text(stream) : '';
}

interface Parent {
  readonly process: ChildProcess;
  readonly started: Promise<Message>;
  readonly ended: Promise<ParentEnd>;
}

interface ParentEnd {
  readonly code: number | null;
  readonly output: string;
}
