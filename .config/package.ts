// `npm run package`: the deployable app as a folder (dist/app) and as a zip (dist/app.zip).
import { build, formatMessages } from 'esbuild';
import type { Message } from 'esbuild';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureLoadTimeMs } from './load-time.ts';
import { zipFolder } from './zip-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

if (import.meta.main) {
  const built = await buildPackage();
  const loadTimeMs = Math.round(measureLoadTimeMs(built.bundleFile, sampleSettings()));
  process.stdout.write(
    `${relative(root, built.bundleFile)}  ${built.bundleBytes} bytes, loads in ${loadTimeMs} ms (median)\n` +
      `${relative(root, built.zipFile)}  ${built.zipBytes} bytes\n`,
  );
}

/**
 * Bundles the app into one CommonJS file: it loads more than twice as fast as the modules it is made of. Only
 * `@azure/functions-core` stays outside, which the language worker supplies; so the folder needs no `node_modules`.
 */
export async function buildPackage(options: PackageOptions = {}): Promise<BuiltPackage> {
  const source = resolve(options.root ?? root);
  const dist = resolve(options.outDir ?? join(source, 'dist'));
  mkdirSync(dist, { recursive: true });
  const staging = mkdtempSync(join(dist, '.app-'));
  try {
    await bundle(resolve(source, options.entryPoint ?? 'functions/main.ts'), join(staging, 'main.cjs'));
    writePackageJson(source, staging);
    cpSync(join(source, 'host.json'), join(staging, 'host.json'));
    copyPartner(source, staging);
    return publish(staging, dist);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Only what was built to the end takes the place of the last build. */
function publish(staging: string, dist: string): BuiltPackage {
  const appDir = join(dist, 'app');
  const zipFile = join(dist, 'app.zip');
  const zip = zipFolder(staging);
  rmSync(appDir, { recursive: true, force: true });
  renameSync(staging, appDir);
  writeFileSync(zipFile, zip);
  const bundleFile = join(appDir, 'main.cjs');
  return { appDir, bundleFile, zipFile, bundleBytes: statSync(bundleFile).size, zipBytes: zip.length };
}

export interface PackageOptions {
  /** Repository root; this one when absent. */
  readonly root?: string;
  /** Relative to the root; `functions/main.ts` when absent. */
  readonly entryPoint?: string;
  /** Gets `app/` and `app.zip`; `dist` when absent. */
  readonly outDir?: string;
}

export interface BuiltPackage {
  readonly appDir: string;
  readonly bundleFile: string;
  readonly zipFile: string;
  readonly bundleBytes: number;
  readonly zipBytes: number;
}

async function bundle(entryPoint: string, outfile: string): Promise<void> {
  const { warnings } = await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    sourcemap: true,
    // Places are enough for a stack trace; with the sources in it the map would be read four times as slowly.
    sourcesContent: false,
    external: ['@azure/functions-core'],
    // Whatever module asks: the folder of the bundle, where host.json and partner.json lie.
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'silent',
  });
  const unexpected = warnings.filter((warning) => !isKnown(warning));
  if (unexpected.length > 0) throw new Error((await formatMessages(unexpected, { kind: 'warning' })).join('\n'));
}

/**
 * A warning tells of what would break only once deployed, such as a file looked up by `import.meta.url`, which CommonJS has
 * not. `open` (of the sign-in in a browser, which the app never uses) asks whether there is one.
 */
function isKnown({ id, location }: Message): boolean {
  return id === 'empty-import-meta' && /(^|\/)node_modules\/open\//.test(location?.file ?? '');
}

/** Without `"type"`: the bundle is CommonJS, whatever the repository is. */
function writePackageJson(source: string, appDir: string): void {
  const { name, version } = readJson(join(source, 'package.json'));
  writeFileSync(
    join(appDir, 'package.json'),
    `${JSON.stringify({ name, version, private: true, main: 'main.cjs' }, undefined, 2)}\n`,
  );
}

/** The partner's description and the logo it names, at the same relative path. */
function copyPartner(source: string, appDir: string): void {
  const partnerFile = join(source, 'partner.json');
  if (!existsSync(partnerFile)) return;
  cpSync(partnerFile, join(appDir, 'partner.json'));
  const { logo } = readJson(partnerFile);
  if (typeof logo !== 'string' || !existsSync(join(source, logo))) return;
  const target = join(appDir, logo);
  if (relative(appDir, target).startsWith('..'))
    throw new Error(`partner.json: logo "${logo}" lies outside the repository.`);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(source, logo), target);
}

/** What a local run needs to start: enough to load the app, which refuses to with less. */
function sampleSettings(): Record<string, string> {
  const file = join(root, 'local.settings.sample.json');
  return existsSync(file) ? (readJson(file)['Values'] as Record<string, string>) : {};
}

function readJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}
