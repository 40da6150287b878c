// `npm test`: every gate in turn, then one line that adds them up. Each gate counts as one test, vitest's tests count one each.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const reports = mkdtempSync(join(tmpdir(), 'mde-partner-test-'));
const vitestReport = join(reports, 'vitest.json');

const gates: readonly (readonly [name: string, script: string, args: readonly string[]])[] = [
  [
    'format',
    'prettier',
    ['--config', '.config/prettier.json', '--ignore-path', '.config/prettierignore', '--check', '.'],
  ],
  ['lint', 'eslint', ['--config', '.config/eslint.config.js', '.']],
  ['types', 'tsc', ['--noEmit']],
  ['package', 'node', ['.config/package.ts']],
];

let passed = 0;
let failed = 0;
for (const [name, script, args] of gates) {
  const started = Date.now();
  const ok = run(script, args);
  process.stdout.write(`${ok ? 'ok' : 'FAILED'}  ${name}  (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  if (ok) passed += 1;
  else failed += 1;
}

const vitestOk = run('vitest', [
  ...['run', '--config', '.config/vitest.config.ts'],
  ...['--reporter=dot', '--reporter=json', `--outputFile.json=${vitestReport}`],
  ...process.argv.slice(2),
]);
const counted = countOf(vitestReport);
passed += counted.passed;
// A run that broke outside any test (a file that does not load, say) is a failure too.
failed += Math.max(counted.failed, vitestOk ? 0 : 1);
rmSync(reports, { recursive: true, force: true });

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function run(script: string, args: readonly string[]): boolean {
  const result = spawnSync(join(bin, script), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    shell: process.platform === 'win32',
  });
  return result.status === 0;
}

function countOf(report: string): { readonly passed: number; readonly failed: number } {
  try {
    const json = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number; numFailedTests: number };
    return { passed: json.numPassedTests, failed: json.numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
