import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startProcess } from './start-process.ts';
import type { RunningProcess } from './start-process.ts';

/** Azure Functions Core Tools: the first `func` on a PATH. */
export function findCoreTools(path = process.env['PATH'] ?? ''): string | undefined {
  const name = process.platform === 'win32' ? 'func.exe' : 'func';
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Runs the app as `func start` does, in its folder with its `local.settings.json`. Resolves when the app has loaded. */
export async function startCoreTools({
  func,
  appDir,
  port,
  settings,
  print,
}: CoreToolsOptions): Promise<RunningProcess> {
  const running = startProcess(
    {
      name: 'func',
      command: func,
      args: ['start', '--port', String(port)],
      env: settings,
      cwd: appDir,
      ready: /Worker process started and initialized/i,
      isShown: print !== undefined,
      readyTimeoutMs: 120_000,
    },
    (line) => print?.(`${line}\n`),
  );
  try {
    await running.ready;
    return running;
  } catch (error) {
    running.kill();
    throw error;
  }
}

export interface CoreToolsOptions {
  readonly func: string;
  readonly appDir: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** Is given what the tools and the app print. */
  readonly print?: (text: string) => void;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
