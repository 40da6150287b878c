import { beforeAll, describe, expect, test } from 'vitest';
import { createHosts } from './fixture.ts';
import type { TestHost } from './fixture.ts';

const app = `
  const { app } = require('@azure/functions');
  const order = [];
  app.hook.appStart((context) => { context.hookData.started = 'yes'; console.log('appStart ran'); });
  app.hook.appTerminate(async (context) => { await null; console.log('appTerminate ran, started: ' + context.hookData.started); });
  app.hook.preInvocation(async (context) => {
    const name = context.invocationContext.functionName;
    if (name === 'refused') throw new Error('refused by a hook');
    if (name !== 'hooked') return;
    context.hookData.words = ['first'];
    context.inputs = [...context.inputs, 'added'];
    const handler = context.functionHandler;
    context.functionHandler = async (...args) => 'wrapped ' + await handler(...args);
    context.invocationContext.log('logged before');
  });
  app.hook.preInvocation((context) => { context.hookData.words?.push('second'); });
  app.hook.postInvocation((context) => {
    const name = context.invocationContext.functionName;
    if (name === 'hooked') context.result = { body: context.result + ', hooks: ' + context.hookData.words };
    if (name === 'refused') console.log('never here');
    if (name === 'forgiven') { console.log('error was ' + context.error.message); context.error = null; context.result = { status: 299 }; }
    if (name === 'spoiled') throw new Error('spoiled by a hook');
    context.invocationContext.log('logged after ' + name);
  });
  app.hook.log((context) => {
    if (context.message === 'throw') throw new Error('in a log hook');
    if (context.message === 'reject') return Promise.reject(new Error('in a log hook'));
    if (context.category === 'user') context.message = '<' + context.message + '>';
    if (context.message === '<quiet>') context.level = 'debug';
  });
  app.http('hooked', { handler: (request, added) => 'result of ' + added });
  app.http('refused', { handler: () => { console.log('never here'); } });
  app.http('forgiven', { handler: () => { throw new Error('a mistake'); } });
  app.http('spoiled', { handler: () => ({ body: 'fine' }) });
  app.http('logs', { handler: (request, context) => {
    context.log('plain'); context.debug('too quiet'); context.warn('warned'); context.log('throw'); context.log('reject'); context.log('quiet');
    console.log('console, without a function');
    setTimeout(() => { context.log('too late'); console.log('after the end'); }, 20);
    return { body: 'x' };
  } });
  app.http('late', { handler: () => {
    try { app.http('another', { handler: () => ({}) }); return { body: 'registered' }; }
    catch (error) { return { body: error.message }; }
  } });
  app.http('lateHook', { handler: () => { app.hook.preInvocation(() => undefined).dispose(); return { body: 'a hook' }; } });
  app.http('lateSetup', { handler: () => {
    try { app.setup({ enableHttpStream: true }); return { body: 'set up' }; } catch (error) { return { body: error.message }; }
  } });
`;

describe('hooks and logs', () => {
  const hosts = createHosts();
  let host: TestHost;
  beforeAll(async () => {
    host = await hosts.run({ 'main.cjs': app });
  });

  async function get(name: string): Promise<readonly [number, string]> {
    const response = await fetch(`${host.url}/api/${name}`);
    return [response.status, await response.text()];
  }

  test('appStart runs before the first function', () => {
    expect(host.output()).toContain('appStart ran');
  });

  test('hooks of an invocation run in order, share data, and may change inputs, handler and result', async () => {
    expect(await get('hooked')).toEqual([200, 'wrapped result of added, hooks: first,second']);
    expect(host.output()).toContain('] <logged before>\n');
    expect(host.output()).toContain('] <logged after hooked>\n');
    expect(host.output()).not.toContain('Unexpected call');
  });

  test('a hook before that throws: neither the handler nor the hooks after run', async () => {
    expect(await get('refused')).toEqual([500, '']);
    expect(host.output()).toMatch(/Executed 'Functions\.refused' \(Failed.*\n.*refused by a hook/);
    expect(host.output()).not.toContain('never here');
  });

  test('a hook after may clear the error', async () => {
    expect(await get('forgiven')).toEqual([299, '']);
    expect(host.output()).toContain('error was a mistake');
  });

  test('a hook after that throws fails the invocation', async () => {
    expect(await get('spoiled')).toEqual([500, '']);
  });

  test('log hooks change what users log; their errors are ignored', async () => {
    expect(await get('logs')).toEqual([200, 'x']);
    const lines = host.output();
    for (const text of ['<plain>', '<warned>', 'throw', 'reject']) expect(lines).toContain(`] ${text}\n`);
    expect(lines).toContain('\nconsole, without a function\n');
    expect(lines).not.toContain('too quiet');
    expect(lines).not.toContain('<quiet>');
  });

  test('a log after the end is dropped, with a warning', async () => {
    await get('logs');
    // The console and the log come by two ways.
    await host.untilOutput('after the end');
    await host.untilOutput("Unexpected call to 'log' on the context object after function execution has completed");
    expect(host.output()).not.toContain('too late');
  });

  test('once started, hooks may be added, functions and set-up may not', async () => {
    expect(await get('late')).toEqual([200, 'A function can only be registered during app startup.']);
    expect(await get('lateHook')).toEqual([200, 'a hook']);
    expect((await get('lateSetup'))[1]).toContain("Setup options can't be changed after app startup has finished.");
  });

  test('appTerminate runs when the host stops, with the data of appStart', async () => {
    await host.stop();
    expect(host.output()).toContain('appTerminate ran, started: yes');
  });

  test('levels of host.json decide what is written', async () => {
    const hostJson = JSON.stringify({
      version: '2.0',
      logging: { logLevel: { default: 'Error', 'Function.talks.User': 'Debug' } },
    });
    const talks = `
      const { app } = require('@azure/functions');
      for (const name of ['talks', 'quiet']) app.http(name, { handler: (request, context) => {
        context.debug(name + ' debug'); context.error(name + ' error'); context.log(name + ' log'); context.trace(name + ' trace');
        return {};
      } });
    `;
    const quiet = await hosts.run({ 'host.json': hostJson, 'main.cjs': talks });
    for (const name of ['talks', 'quiet']) await fetch(`${quiet.url}/api/${name}`);
    const texts = quiet
      .output()
      .split('\n')
      .map((line) => line.split('] ')[1]);
    expect(texts.filter((text) => text !== undefined)).toEqual([
      'talks debug',
      'talks error',
      'talks log',
      'quiet error',
    ]);
  });
});
