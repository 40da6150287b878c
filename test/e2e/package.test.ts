import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freshFolder } from '../builders/folder.ts';
import { builtPackage } from '../builders/stack.ts';
import { startHost } from '../local/functions-host/start-host.ts';

const appDir = join(freshFolder(), 'app');
const repository = fileURLToPath(new URL('../..', import.meta.url));
const sample = JSON.parse(readFileSync(join(repository, 'local.settings.sample.json'), 'utf8')) as {
  readonly Values: Readonly<Record<string, string>>;
};

test('the package is host.json, package.json, the bundle with its map, and the partner with the logo', async () => {
  const built = await builtPackage();
  const files = readdirSync(built, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(built, join(file.parentPath, file.name)).replaceAll('\\', '/'));
  const { logo } = JSON.parse(readFileSync(join(repository, 'partner.json'), 'utf8')) as { readonly logo: string };
  expect(files.sort()).toEqual(['host.json', 'package.json', 'main.cjs', 'main.cjs.map', 'partner.json', logo].sort());
  for (const file of ['host.json', 'partner.json', logo])
    expect(readFileSync(join(built, file))).toEqual(readFileSync(join(repository, file)));
});

test('it runs where there is no node_modules, with the settings of the sample', async () => {
  cpSync(await builtPackage(), appDir, { recursive: true });
  for (let folder = appDir; folder !== dirname(folder); folder = dirname(folder))
    expect(existsSync(join(folder, 'node_modules'))).toBe(false);
  const host = await startHost({ appDir, env: { ...sample.Values, NODE_PATH: undefined } });
  expect((await fetch(`${host.url}/api/v1/health`)).status).toBe(200);
  expect((await host.stop()).code).toBe(0);
});
