import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runHooks } from './run-invocation.ts';
import type { InvocationHost } from './run-invocation.ts';

/**
 * Loads every file that `main` of the app's package.json matches, in order, then runs the appStart hooks.
 * Throws with the entry point's own message: on Node 20 and newer such an app does not start.
 * @returns what the app's library can do, `HttpUri` among it when streaming is on
 */
export async function loadApp(appDir: string, host: InvocationHost): Promise<Record<string, string>> {
  const packageJson = readPackageJson(appDir);
  for (const file of entryPoints(appDir, packageJson.main)) {
    await loadEntryPoint({ appDir, file, isModulePackage: packageJson.type === 'module' });
  }
  await runHooks(host.core, 'appStart', { hookData: host.appHookData });
  host.core.seal();
  return (await host.core.model()?.getCapabilities({})) ?? {};
}

interface PackageJson {
  readonly main?: string;
  readonly type?: string;
}

function readPackageJson(appDir: string): PackageJson {
  return JSON.parse(readFileSync(join(appDir, 'package.json'), 'utf8')) as PackageJson;
}

function entryPoints(appDir: string, main: string | undefined): readonly string[] {
  if (!main) throw new Error('Worker was unable to find an entry point: package.json has no "main".');
  const files = globSync(main, { cwd: appDir }).sort();
  if (files.length === 0)
    throw new Error(`Found zero files matching the supplied pattern "${main}" of package.json "main".`);
  return files;
}

interface EntryPoint {
  readonly appDir: string;
  readonly file: string;
  readonly isModulePackage: boolean;
}

async function loadEntryPoint({ appDir, file, isModulePackage }: EntryPoint): Promise<void> {
  const path = join(appDir, file);
  try {
    if (file.endsWith('.mjs') || (file.endsWith('.js') && isModulePackage)) await import(pathToFileURL(path).href);
    else createRequire(path)(path);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`Worker was unable to load entry point "${file}": ${text}`, { cause: error });
  }
}
