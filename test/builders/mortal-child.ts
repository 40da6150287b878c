import { fork } from 'node:child_process';
import type { ChildProcess, Serializable } from 'node:child_process';
import { once } from 'node:events';

/** A process of its own, up and listening: its first message says so. */
export async function startChild(script: URL, { args = [], env = {} }: ChildOptions = {}): Promise<ChildProcess> {
  const child = fork(script, args, { execArgv: [], env: { ...process.env, ...env } });
  await once(child, 'message');
  return child;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  /** Beside what this process has. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Tells a process what to do: its answer, or `undefined` when it died of it. */
export async function tell<T>(child: ChildProcess, message: Serializable): Promise<T | undefined> {
  const either = new AbortController();
  const { signal } = either;
  const answer = once(child, 'message', { signal }).then(([answered]) => answered as T);
  const end = once(child, 'exit', { signal }).then(() => undefined);
  child.send(message);
  try {
    return await Promise.race([answer, end]);
  } finally {
    either.abort();
    await Promise.allSettled([answer, end]);
  }
}
