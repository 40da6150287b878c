import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { freshFolder, writeFiles } from '../../builders/folder.ts';
import { createCapturedOutput } from './captured-output.ts';
import { runHost } from './host.ts';
import type { Host, HostOptions } from './host.ts';

/** Writes function apps for tests, which use the repository's own `@azure/functions`. Call it where tests are described. */
export function createAppFolders(): AppFolders {
  const root = freshFolder();
  mkdirSync(join(root, 'node_modules', '@azure'), { recursive: true });
  const library = fileURLToPath(new URL('../../../node_modules/@azure/functions', import.meta.url));
  symlinkSync(library, join(root, 'node_modules', '@azure', 'functions'), 'junction');
  const state = { count: 0 };
  return {
    write: (files) => {
      const folder = join(root, `app${(state.count += 1)}`);
      writeFiles(folder, { 'host.json': '{ "version": "2.0" }', 'package.json': '{ "main": "main.cjs" }', ...files });
      return folder;
    },
  };
}

export interface AppFolders {
  /** A new folder with a host.json, and a package.json whose `main` is main.cjs, unless given. */
  write(files: Readonly<Record<string, string>>): string;
}

/** Runs hosts for tests, and stops them at the end. Call it where tests are described. */
export function createHosts(): Hosts {
  const apps = createAppFolders();
  const hosts: Host[] = [];
  afterAll(() => {
    for (const host of hosts) host.kill();
  });
  return {
    apps,
    run: async (files, options = {}) => {
      const captured = createCapturedOutput();
      const host = await runHost({
        appDir: apps.write(files),
        port: 0,
        output: captured.write,
        env: process.env,
        ...options,
      });
      hosts.push(host);
      return { ...host, output: captured.text, untilOutput: captured.until };
    },
  };
}

export interface Hosts {
  readonly apps: AppFolders;
  run(files: Readonly<Record<string, string>>, options?: Partial<HostOptions>): Promise<TestHost>;
}

export interface TestHost extends Host {
  /** All that was logged and printed so far. */
  output(): string;
  /** Resolves as soon as `part` has been logged or printed. */
  untilOutput(part: string): Promise<void>;
}
