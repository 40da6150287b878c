import { spawn } from 'node:child_process';
import { dirname, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCapturedOutput } from '../local/functions-host/captured-output.ts';

/** A command line as a person types it: `npm run demo`. */
export interface RunningCommand {
  readonly pid: number;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  output(): string;
  /** Resolves when this has been printed; rejects when the command ends without it. */
  until(part: string): Promise<void>;
  /** To the whole group, as Ctrl-C in a terminal is sent. */
  signal(signal: NodeJS.Signals): void;
  /** Whether any process of its group is left. */
  isRunning(): boolean;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command in the repository, in a group of its own as a shell would. */
export function runCommand(line: string, env: Readonly<Record<string, string>> = {}): RunningCommand {
  const [command = '', ...args] = line.split(' ');
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const captured = createCapturedOutput();
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', captured.write);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    ended,
    output: captured.text,
    until: async (part) => {
      const first = await Promise.race([captured.until(part).then(() => 'printed' as const), ended]);
      if (first === 'printed' || captured.text().includes(part)) return;
      throw new Error(`${line} ended (${first}) without "${part}":\n${captured.text()}`);
    },
    signal: (signal) => void process.kill(-pid, signal),
    isRunning: () => isGroupAlive(pid),
  };
}

function isGroupAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
