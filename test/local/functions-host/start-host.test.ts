import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildPackage } from '../../../.config/package.ts';
import { freePort } from '../listen.ts';
import { createHosts } from './fixture.ts';
import { startHost } from './start-host.ts';
import type { RunningHost, StartHostOptions } from './start-host.ts';

const functions = `const { app } = require('@azure/functions');`;

describe('the host as a process', () => {
  const hosts = createHosts();
  const started: RunningHost[] = [];
  afterAll(async () => {
    for (const host of started) await host.kill();
  });
  async function start(
    files: Readonly<Record<string, string>>,
    options: Partial<StartHostOptions> = {},
  ): Promise<RunningHost> {
    const host = await startHost({ appDir: hosts.apps.write(files), ...options });
    started.push(host);
    return host;
  }
  const verbose = { AzureFunctionsJobHost__logging__logLevel__default: 'Debug' };
  const crashing = `${functions} app.http('crash', { handler: () => new Promise(() => setTimeout(() => { throw new Error('out of the blue'); })) });`;
  const stopping = `
    ${functions}
    app.setup({ enableHttpStream: true });
    app.hook.appTerminate(() => console.log('terminated'));
    app.http('slow', { handler: async (request, context) => { context.log('begun'); return { body: await request.text() }; } });
    app.http('lost', { handler: () => { throw new Error('lost'); } });
  `;

  test('SIGTERM: running functions end, appTerminate runs, nothing listens any more, exit 0', async () => {
    const printed: string[] = [];
    const host = await start({ 'main.cjs': stopping }, { env: verbose, print: (text) => void printed.push(text) });
    const body = new PassThrough();
    const slow = fetch(`${host.url}/api/slow`, { method: 'POST', body, duplex: 'half' });
    body.write('begun, ');
    await host.untilOutput('] begun');
    const ended = host.stop();
    await untilNobodyListens(host.port);
    body.end('done');
    expect(await (await slow).text()).toBe('begun, done');
    const { code, output } = await ended;
    expect(code).toBe(0);
    expect(output).toContain('terminated');
    expect(printed.join('')).toBe(output);
    await expect(fetch(host.url)).rejects.toThrow();
    expect(await connects(libraryPort(output))).toBe(false);
  });

  test('a request that nobody will answer does not hold up the stop', async () => {
    const host = await start({ 'main.cjs': stopping });
    const lost = fetch(`${host.url}/api/lost`).catch(() => 'cut off');
    await host.untilOutput("Executed 'Functions.lost' (Failed");
    expect((await host.stop()).code).toBe(0);
    expect(await lost).toBe('cut off');
  });

  test('kill: host and app are gone at once', async () => {
    const host = await start({ 'main.cjs': stopping }, { env: verbose });
    const port = libraryPort(host.output());
    expect(await connects(port)).toBe(true);
    const { signal, output } = await host.kill();
    expect(signal).toBe('SIGKILL');
    expect(output).not.toContain('terminated');
    await untilNobodyListens(port);
  });

  test('whoever started it is gone while the app still loads: host and app end', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const appDir = hosts.apps.write({
      'main.cjs': `
        ${functions}
        const { connect } = require('node:net');
        app.hook.appStart(() => new Promise((resolve) => connect(${(server.address() as AddressInfo).port}, '127.0.0.1').once('data', resolve)));
      `,
      'parent.mjs': `
        import { startHost } from ${JSON.stringify(new URL('start-host.ts', import.meta.url).href)};
        await startHost({ appDir: import.meta.dirname });
      `,
    });
    const parent = fork(join(appDir, 'parent.mjs'), { execArgv: [], silent: true });
    const [loading] = (await once(server, 'connection')) as [Socket];
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    loading.on('error', () => undefined).write('go on');
    await once(loading.resume(), 'close');
  });

  test('an entry point that throws: its message on the console and exit 1', async () => {
    const failed = start({ 'main.cjs': `throw new Error('ENTRA_CLIENT_ID is missing; PUBLIC_URL is no URL');` });
    await expect(failed).rejects.toThrow(
      /The Functions host ended with code 1:\nWorker was unable to load entry point "main\.cjs": Error: ENTRA_CLIENT_ID is missing; PUBLIC_URL is no URL\n/,
    );
  });

  test('an app that dies too often: exit 1', async () => {
    const host = await start({ 'main.cjs': crashing });
    for (let count = 1; count <= 4; count += 1) await fetch(`${host.url}/api/crash`).catch(() => undefined);
    const { code, output } = await host.ended;
    expect(code).toBe(1);
    expect(output).toContain('giving up');
  });

  test('options: keys, a fixed port, settings, what timers remember', async () => {
    const files = {
      'main.cjs': `${functions} app.http('seen', { authLevel: 'function', handler: () => ({ body: process.env.WORD }) });`,
    };
    const host = await start(files, { functionKey: 'f', masterKey: 'm', env: { WORD: 'hello' } });
    expect(await (await fetch(`${host.url}/api/seen?code=f`)).text()).toBe('hello');
    expect((await fetch(`${host.url}/admin/host/status`, { headers: { 'x-functions-key': 'm' } })).status).toBe(200);
    const port = await freePort();
    const open = await start(files, { port, isAuthEnforced: false });
    expect(open.port).toBe(port);
    expect((await fetch(`${open.url}/api/seen`)).status).toBe(200);
  });
});

describe('the package that is built', () => {
  const hosts = createHosts();

  test('runs as it is deployed, with the library in the bundle and readable stack traces', async () => {
    const root = hosts.apps.write({
      'functions/main.ts': `
        import { app } from '@azure/functions';
        import type { HttpResponseInit } from '@azure/functions';

        app.setup({ enableHttpStream: true });
        app.http('hello', { route: 'hello', handler: (): HttpResponseInit => ({ body: new Error('x').stack ?? '' }) });
      `,
      'host.json': '{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }',
    });
    const { appDir } = await buildPackage({ root });
    const host = await startHost({ appDir });
    const body = await (await fetch(`${host.url}/hello`)).text();
    expect(body).toContain(join('functions', 'main.ts:6:'));
    expect((await host.stop()).code).toBe(0);
  });
});

/** Where the library's own server listens, on which streams go to the app. */
function libraryPort(output: string): number {
  return Number(/Auto-assigned port is valid\. Port: (\d+)/.exec(output)?.[1]);
}

async function untilNobodyListens(port: number): Promise<void> {
  while (await connects(port)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
