import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Milliseconds from the start of a process until the bundle has loaded: the median of a few runs. Throws when it does not load. */
export function measureLoadTimeMs(bundleFile: string, env: Readonly<Record<string, string>>): number {
  const script = fileURLToPath(new URL('load-bundle.mjs', import.meta.url));
  const times = Array.from({ length: runCount }, () => {
    // In its own folder, as the language worker loads it.
    const options = { cwd: dirname(bundleFile), env: { ...process.env, ...env }, encoding: 'utf8' } as const;
    const run = spawnSync(process.execPath, [script, bundleFile], options);
    if (run.status !== 0) throw new Error(`The bundle does not load:\n${run.stderr}`);
    return Number(run.stdout);
  });
  return times.sort((a, b) => a - b)[(runCount - 1) / 2] ?? 0;
}

const runCount = 5;
