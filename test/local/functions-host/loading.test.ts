import { describe, expect, test } from 'vitest';
import { createHosts } from './fixture.ts';

const functions = `const { app } = require('@azure/functions');`;

describe('loading', () => {
  const hosts = createHosts();

  test('every file that the glob matches, in order, CommonJS and ESM', async () => {
    const entry = (name: string): string =>
      `app.http('${name}', { handler: () => ({ body: process.cwd() }) }); console.log('loaded ${name}');`;
    const host = await hosts.run({
      'package.json': '{ "main": "src/*.{cjs,mjs,js}", "type": "module" }',
      'src/c.js': `import { app } from '@azure/functions'; ${entry('c')}`,
      'src/a.cjs': `${functions} ${entry('a')}`,
      'src/b.mjs': `import { app } from '@azure/functions'; ${entry('b')}`,
      'src/d.txt': 'not code',
    });
    expect(host.functions.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const cwd = await (await fetch(`${host.url}/api/a`)).text();
    expect(cwd.endsWith('app1')).toBe(true);
  });

  test('settings first: the environment over local.settings.json', async () => {
    const host = await hosts.run(
      {
        'local.settings.json': '{ "Values": { "ONE": "file", "TWO": "file" } }',
        'main.cjs': `${functions} const seen = process.env.ONE + process.env.TWO; app.http('seen', { handler: () => ({ body: seen }) });`,
      },
      { env: { ...process.env, ONE: 'shell' } },
    );
    expect(await (await fetch(`${host.url}/api/seen`)).text()).toBe('shellfile');
  });

  test.each([
    [
      'no entry point',
      { 'package.json': '{ "main": "dist/*.cjs" }' },
      'Found zero files matching the supplied pattern "dist/*.cjs"',
    ],
    ['no main', { 'package.json': '{}' }, 'package.json has no "main"'],
    [
      'an entry point that throws',
      { 'main.cjs': `throw new Error('InvalidSettings: ENTRA_CLIENT_ID is missing');` },
      'Worker was unable to load entry point "main.cjs": Error: InvalidSettings: ENTRA_CLIENT_ID is missing',
    ],
    [
      'an appStart hook that throws',
      { 'main.cjs': `${functions} app.hook.appStart(() => { throw new Error('not today'); });` },
      'not today',
    ],
    [
      'two functions of one name',
      { 'main.cjs': `${functions} app.http('x', { handler: () => ({}) }); app.http('x', { handler: () => ({}) });` },
      'A function with name "x" has already been registered.',
    ],
    [
      'an app that ends while it loads',
      { 'main.cjs': `process.exit(3);` },
      'The app ended while it was loading (exit code 3)',
    ],
  ] as const)('%s is fatal', async (_, files, message) => {
    await expect(hosts.run(files)).rejects.toThrow(message);
  });

  test('a taken port is named', async () => {
    const files = { 'main.cjs': `${functions} app.http('x', { handler: () => ({}) });` };
    const { port } = await hosts.run(files);
    await expect(hosts.run(files, { port })).rejects.toThrow(`Port ${port} is taken`);
  });

  test('an app with hooks only, or with nothing, starts', async () => {
    expect((await hosts.run({ 'main.cjs': `${functions} app.hook.appStart(() => undefined);` })).functions).toEqual([]);
    expect((await hosts.run({ 'main.cjs': '' })).functions).toEqual([]);
  });
});
