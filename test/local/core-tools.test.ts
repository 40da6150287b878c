import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshFolder, writeFiles } from '../builders/folder.ts';
import { findCoreTools, startCoreTools } from './core-tools.ts';

/** As the real one: says how it was called, and waits. */
const fakeFunc = `#!${process.execPath}
console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), word: process.env.TEST_WORD }));
if (process.env.TEST_WORD !== 'hello') { console.log('No such word.'); process.exit(1); }
console.log('[2026-11-20T10:00:00.000Z] Worker process started and initialized.');
setInterval(() => undefined, 60_000);
`;

describe('Core Tools', () => {
  const folder = realpathSync(freshFolder());
  const func = join(folder, 'tools', 'func');
  writeFiles(folder, { 'tools/func': fakeFunc, 'notes/func': 'not a program' });
  mkdirSync(join(folder, 'empty'));
  chmodSync(func, 0o755);

  test('the first on the PATH that can be run, or none', () => {
    const path = (...names: readonly string[]): string => names.map((name) => join(folder, name)).join(delimiter);
    expect(findCoreTools(path('empty', 'notes', 'tools'))).toBe(func);
    expect(findCoreTools(path('empty', 'notes'))).toBeUndefined();
    expect(findCoreTools('')).toBeUndefined();
  });

  test('run the app in its folder, at its port, with its settings, until they are stopped', async () => {
    const printed: string[] = [];
    const print = (text: string) => void printed.push(text);
    const running = await startCoreTools({ func, appDir: folder, port: 7071, settings: { TEST_WORD: 'hello' }, print });
    onTestFinished(running.kill);
    expect(JSON.parse(running.output().split('\n')[0] ?? '')).toEqual({
      args: ['start', '--port', '7071'],
      cwd: folder,
      word: 'hello',
    });
    await running.stop(60_000);
    expect(await running.ended).toBe('signal SIGTERM');
    expect(printed.join('')).toContain('Worker process started');
  });

  test('their message is told when the app does not start', async () => {
    const options = { func, appDir: folder, port: 7071, settings: {} };
    await expect(startCoreTools(options)).rejects.toThrow('No such word.');
  });
});
