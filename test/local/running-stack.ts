import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { trust } from './stand-ins.ts';

/** What other commands need to know of a running stack. */
export interface RunningStack {
  readonly appOrigin: string;
  readonly simulatorOrigin: string;
}

interface StackFile extends RunningStack {
  readonly caPem: string;
}

const folder = fileURLToPath(new URL('../../.local/', import.meta.url));
const file = `${folder}stack.json`;

/** Leaves word for `npm run demo` and `npm run token`, until this process ends. */
export function announceStack({ appOrigin, simulatorOrigin, caPem }: StackFile): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ appOrigin, simulatorOrigin, caPem } satisfies StackFile));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** The stack that `npm start` runs on this machine, trusted by this process; `undefined` when there is none. */
export async function openRunningStack(): Promise<RunningStack | undefined> {
  if (!existsSync(file)) return undefined;
  const stack = JSON.parse(readFileSync(file, 'utf8')) as StackFile;
  trust(stack.caPem);
  try {
    const response = await fetch(`${stack.appOrigin}/api/v1/health`);
    return response.ok ? stack : undefined;
  } catch {
    return undefined; // left behind by a run that was killed
  }
}
