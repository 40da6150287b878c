import { describe, expect, test } from 'vitest';
import { createHosts } from './fixture.ts';

const crashing = `
  const { app } = require('@azure/functions');
  app.http('pid', { handler: () => ({ body: String(process.pid) }) });
  app.http('crash', { handler: () => new Promise(() => setTimeout(() => { throw new Error('out of the blue'); })) });
  app.http('reject', { handler: () => new Promise(() => { Promise.reject(new Error('nobody caught it')); }) });
  app.http('hang', { handler: (request, context) => new Promise(() => context.log('hanging')) });
`;

describe('failure', () => {
  const hosts = createHosts();

  test.each(['crash', 'reject'])('%s: running requests get 500 and a fresh process takes over', async (how) => {
    const host = await hosts.run({ 'main.cjs': crashing });
    const before = await (await fetch(`${host.url}/api/pid`)).text();
    const hanging = fetch(`${host.url}/api/hang`);
    await host.untilOutput('] hanging');
    const crashed = await fetch(`${host.url}/api/${how}`);
    expect([crashed.status, await crashed.text(), (await hanging).status]).toEqual([500, '', 500]);
    const after = await (await fetch(`${host.url}/api/pid`)).text();
    expect(after).not.toBe(before);
    expect(Number(after)).toBe(host.workerPid());
    expect(host.output()).toMatch(/out of the blue|nobody caught it/);
  });

  test('with streaming on too', async () => {
    const host = await hosts.run({ 'main.cjs': `${crashing} app.setup({ enableHttpStream: true });` });
    expect((await fetch(`${host.url}/api/crash`)).status).toBe(500);
    expect((await fetch(`${host.url}/api/pid`)).status).toBe(200);
  });

  test('three times at most', async () => {
    const host = await hosts.run({ 'main.cjs': crashing });
    for (let count = 1; count <= 3; count += 1) {
      await fetch(`${host.url}/api/crash`);
      expect((await fetch(`${host.url}/api/pid`)).status).toBe(200);
    }
    await fetch(`${host.url}/api/crash`);
    expect(await host.givenUp).toContain('restarted 3 times before: giving up');
  });

  test('an app that does not load again is given up, and its requests get 500', async () => {
    const once = `
      const { app } = require('@azure/functions');
      const { existsSync, writeFileSync } = require('node:fs');
      if (existsSync('seen')) throw new Error('only once');
      writeFileSync('seen', '');
      app.http('crash', { handler: () => new Promise(() => setTimeout(() => { throw new Error('out of the blue'); })) });
    `;
    const host = await hosts.run({ 'main.cjs': once });
    const answers = [await fetch(`${host.url}/api/crash`), await fetch(`${host.url}/api/crash`)];
    expect(answers.map(({ status }) => status)).toEqual([500, 500]);
    expect(await host.givenUp).toContain('only once');
  });

  test('a function that runs for too long ends its process, which does not count', async () => {
    const hostJson = '{ "version": "2.0", "functionTimeout": "00:00:01" }';
    const host = await hosts.run({ 'host.json': hostJson, 'main.cjs': crashing });
    const answers = await Promise.all([fetch(`${host.url}/api/hang`), fetch(`${host.url}/api/hang`)]);
    expect(answers.map(({ status }) => status)).toEqual([500, 500]);
    expect(host.output()).toContain("Timeout value of 1000 ms exceeded by function 'Functions.hang'.");
    expect((await fetch(`${host.url}/api/pid`)).status).toBe(200);
  });

  test('a timer that fails runs again only as often as it asks for, and is told so', async () => {
    const host = await hosts.run(
      {
        'main.cjs': `
          const { app } = require('@azure/functions');
          const retry = { strategy: 'fixedDelay', delayInterval: { milliseconds: 1 }, maxRetryCount: 2 };
          const handler = (timer, context) => {
            const { retryCount, exception } = context.retryContext ?? {};
            context.log(context.functionName, 'run', retryCount, exception?.message);
            throw new Error('no luck');
          };
          app.timer('again', { schedule: '0 0 0 29 2 *', retry, handler });
          app.timer('once', { schedule: '0 0 0 29 2 *', handler });
        `,
      },
      { keys: { isEnforced: false } },
    );
    for (const name of ['once', 'again']) {
      const headers = { 'content-type': 'application/json' };
      await fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', body: '{}', headers });
    }
    await host.untilOutput('again run 2 no luck');
    await host.stop();
    expect(
      host
        .output()
        .match(/(again|once) run .*/g)
        ?.sort(),
    ).toEqual([
      'again run 1 no luck',
      'again run 2 no luck',
      'again run undefined undefined',
      'once run undefined undefined',
    ]);
  });
});
