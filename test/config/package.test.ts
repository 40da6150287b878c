import { unzipSync, strFromU8 } from 'fflate';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { measureLoadTimeMs } from '../../.config/load-time.ts';
import { buildPackage } from '../../.config/package.ts';
import type { BuiltPackage } from '../../.config/package.ts';
import { freshFolder, writeFiles } from '../builders/folder.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const entry = `
  import { app } from ${JSON.stringify(join(repository, 'node_modules/@azure/functions/dist/azure-functions.js'))};
  import { word } from './word.ts';
  app.http('hello', { handler: async () => ({ body: word }) });
`;

describe('npm run package', () => {
  const root = freshFolder();
  const elsewhere = freshFolder();
  const built: { first?: BuiltPackage } = {};
  const first = (): BuiltPackage => built.first ?? expect.fail('not built');

  beforeAll(async () => {
    writeFiles(root, { 'functions/main.ts': entry });
    writeFiles(root, { 'functions/word.ts': `export const word: string = 'hello';` });
    writeFiles(root, { 'host.json': '{ "version": "2.0" }' });
    writeFiles(root, {
      'package.json': '{ "name": "app", "version": "1.2.3", "type": "module", "main": "dist/app/main.cjs" }',
    });
    writeFiles(root, { 'partner.json': '{ "logo": "functions/pages/logo.svg" }' });
    writeFiles(root, { 'functions/pages/logo.svg': '<svg/>' });
    writeFiles(root, { 'dist/app/stale.txt': 'of an earlier build' });
    built.first = await buildPackage({ root });
  });

  test('writes a folder that holds all that the app needs, and nothing else', () => {
    expect(filesIn(first().appDir)).toEqual([
      'functions/pages/logo.svg',
      'host.json',
      'main.cjs',
      'main.cjs.map',
      'package.json',
      'partner.json',
    ]);
    expect(JSON.parse(readFileSync(join(first().appDir, 'package.json'), 'utf8'))).toEqual({
      name: 'app',
      version: '1.2.3',
      private: true,
      main: 'main.cjs',
    });
  });

  test('bundles everything but what the language worker supplies', () => {
    const bundle = readFileSync(first().bundleFile, 'utf8');
    expect([...bundle.matchAll(/require\("(@[^"]+)"\)/g)].map((match) => match[1])).toEqual(['@azure/functions-core']);
    expect(measureLoadTimeMs(first().bundleFile, {})).toBeGreaterThan(0);
  });

  test('zips the folder with slashes, readable files and no trace of the time', async () => {
    const zip = readFileSync(first().zipFile);
    const files = unzipSync(zip);
    expect(Object.keys(files)).toEqual(filesIn(first().appDir));
    expect(strFromU8(files['host.json'] ?? new Uint8Array())).toBe('{ "version": "2.0" }');
    const again = await buildPackage({ root });
    expect(digest(readFileSync(again.zipFile))).toBe(digest(zip));
    expect(again.zipBytes).toBe(zip.length);
  });

  test('takes another entry point and another place', async () => {
    const outDir = join(elsewhere, 'other');
    writeFiles(root, { 'functions/other.ts': 'export const other = 1;' });
    const other = await buildPackage({ root, entryPoint: 'functions/other.ts', outDir });
    expect(other.bundleFile).toBe(join(outDir, 'app', 'main.cjs'));
    expect(other.bundleBytes).toBeLessThan(first().bundleBytes);
  });

  test('a bundle that does not load is reported with the reason', async () => {
    writeFiles(root, { 'functions/fails.ts': `if (process.env.WORD !== 'x') throw new Error('WORD is missing');` });
    const options = { root, entryPoint: 'functions/fails.ts', outDir: join(elsewhere, 'fails') };
    const { bundleFile } = await buildPackage(options);
    expect(() => measureLoadTimeMs(bundleFile, {})).toThrow(/^The bundle does not load:[^]*WORD is missing/);
    expect(measureLoadTimeMs(bundleFile, { WORD: 'x' })).toBeGreaterThan(0);
  });

  test('a build that fails leaves the last one, and no trace', async () => {
    const outDir = join(elsewhere, 'kept');
    const { bundleFile } = await buildPackage({ root, outDir });
    writeFiles(root, { 'functions/broken.ts': 'export const = 1;' });
    await expect(buildPackage({ root, entryPoint: 'functions/broken.ts', outDir })).rejects.toThrow('broken.ts');
    expect(existsSync(bundleFile)).toBe(true);
    expect(readdirSync(outDir).sort()).toEqual(['app', 'app.zip']);
  });

  test('import.meta.dirname is the folder of the bundle', async () => {
    const text = `import { existsSync } from 'node:fs'; if (!existsSync(import.meta.dirname + '/host.json')) throw new Error('where?');`;
    writeFiles(root, { 'functions/pages/finds.ts': text });
    const options = { root, entryPoint: 'functions/pages/finds.ts', outDir: join(elsewhere, 'finds') };
    const { bundleFile } = await buildPackage(options);
    expect(measureLoadTimeMs(bundleFile, {})).toBeGreaterThan(0);
  });

  test('refuses what would break only once deployed: a file looked up beside the module', async () => {
    writeFiles(root, { 'functions/reads.ts': `export const place = new URL('x.json', import.meta.url);` });
    await expect(
      buildPackage({ root, entryPoint: 'functions/reads.ts', outDir: join(elsewhere, 'reads') }),
    ).rejects.toThrow('import.meta');
  });

  test('refuses a logo outside the repository', async () => {
    const outside = join(elsewhere, 'outside');
    writeFiles(outside, { 'logo.svg': '<svg/>' });
    writeFiles(outside, { 'root/main.ts': '' });
    writeFiles(outside, { 'root/host.json': '{}' });
    writeFiles(outside, { 'root/package.json': '{}' });
    writeFiles(outside, { 'root/partner.json': '{ "logo": "../logo.svg" }' });
    const options = { root: join(outside, 'root'), entryPoint: 'main.ts' };
    await expect(buildPackage(options)).rejects.toThrow('outside the repository');
  });
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) =>
      join(file.parentPath, file.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
