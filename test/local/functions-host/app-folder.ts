import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Reads what the host itself needs of a package folder: host.json, and local.settings.json where there is one.
 * Throws an Error for people when the folder is no function app.
 */
export function readAppFolder(dir: string, env: Environment): AppFolder {
  const appDir = resolve(dir);
  const settings = { ...readLocalSettings(appDir), ...withoutAbsent(env) };
  const hostJson = withOverrides(readHostJson(appDir), settings);
  const http = toObject(toObject(hostJson['extensions'])['http']);
  const logLevels = toObject(toObject(hostJson['logging'])['logLevel']);
  return {
    appDir,
    settings,
    routePrefix: String(http['routePrefix'] ?? 'api').replace(/^\/+|\/+$/g, ''),
    customHeaders: toTexts(toObject(http['customHeaders'])),
    functionTimeoutMs: toTimeoutMs(hostJson['functionTimeout']),
    logLevels: toTexts(logLevels),
  };
}

/** `AzureWebJobs.<name>.Disabled`; `1` counts as `true`. */
export function isDisabled(app: AppFolder, functionName: string): boolean {
  const name = `azurewebjobs.${functionName}.disabled`.toLowerCase();
  const value = Object.entries(app.settings).find(([key]) => key.toLowerCase() === name)?.[1];
  return value === '1' || value?.toLowerCase() === 'true';
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AppFolder {
  readonly appDir: string;
  /** Environment of the app: a variable that is set wins over local.settings.json. */
  readonly settings: Readonly<Record<string, string>>;
  readonly routePrefix: string;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** `undefined`: no limit. */
  readonly functionTimeoutMs: number | undefined;
  readonly logLevels: Readonly<Record<string, string>>;
}

type JsonObject = Readonly<Record<string, unknown>>;

function readHostJson(appDir: string): JsonObject {
  const path = join(appDir, 'host.json');
  if (!existsSync(path)) throw new Error(`No function app: ${path} does not exist.`);
  const hostJson = parseWithComments(path);
  if (hostJson['version'] !== '2.0') throw new Error(`${path} needs "version": "2.0".`);
  return hostJson;
}

function readLocalSettings(appDir: string): Record<string, string> {
  const path = join(appDir, 'local.settings.json');
  if (!existsSync(path)) return {};
  const file = parseWithComments(path);
  if (file['IsEncrypted'] === true) throw new Error(`${path} is encrypted: only Core Tools can read it.`);
  const values = toObject(file['Values']);
  const wrong = Object.keys(values).filter((name) => typeof values[name] !== 'string');
  if (wrong.length > 0) throw new Error(`${path}: Values may only hold strings, unlike ${wrong.join(', ')}.`);
  return toTexts(values);
}

function parseWithComments(path: string): JsonObject {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const bare = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted?: string) => quoted ?? '');
  try {
    return toObject(JSON.parse(bare));
  } catch (error) {
    throw new Error(`${path} is not JSON: ${String(error)}`, { cause: error });
  }
}

/** `AzureFunctionsJobHost__extensions__http__routePrefix` and the like; names in any case. */
function withOverrides(hostJson: JsonObject, settings: Readonly<Record<string, string>>): JsonObject {
  return Object.entries(settings).reduce((json, [name, value]) => {
    const [root, ...path] = name.split(/__|:/);
    return root?.toLowerCase() === 'azurefunctionsjobhost' && path.length > 0 ? withValue(json, path, value) : json;
  }, hostJson);
}

function withValue(json: JsonObject, [first, ...rest]: readonly string[], value: string): JsonObject {
  if (first === undefined) return json;
  const key = Object.keys(json).find((known) => known.toLowerCase() === first.toLowerCase()) ?? first;
  return { ...json, [key]: rest.length === 0 ? value : withValue(toObject(json[key]), rest, value) };
}

/** Default 30 minutes, as on Flex Consumption; `-1` is no limit. */
function toTimeoutMs(value: unknown): number | undefined {
  if (value === undefined) return 30 * 60_000;
  if (value === '-1') return undefined;
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)$/.exec(String(value));
  if (!match) throw new Error(`host.json: functionTimeout "${String(value)}" is not hh:mm:ss.`);
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

function toObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function toTexts(values: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function withoutAbsent(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
