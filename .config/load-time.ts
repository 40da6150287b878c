import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Time from the start of a process until the bundle has loaded, as a text for people: the median of a few runs. */
export function measureLoadTime(bundleFile: string, env: Readonly<Record<string, string>>): string {
  const script = fileURLToPath(new URL('load-bundle.mjs', import.meta.url));
  const runs = Array.from({ length: runCount }, () =>
    spawnSync(process.execPath, [script, bundleFile], { env: { ...env, ...process.env }, encoding: 'utf8' }),
  );
  const failed = runs.find((run) => run.status !== 0);
  if (failed) return `… not at all:\n${failed.stderr}`;
  const times = runs.map((run) => Number(run.stdout)).sort((a, b) => a - b);
  return `${Math.round(times[(runCount - 1) / 2] ?? 0)} ms (median of ${runCount})`;
}

const runCount = 5;
