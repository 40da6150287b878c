import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshFolder, writeFiles } from '../../builders/folder.ts';
import { isDisabled, readAppFolder } from './app-folder.ts';

describe('what the host reads of a package folder', () => {
  const folder = freshFolder();
  let count = 0;
  function folderOf(files: Readonly<Record<string, string>>): string {
    const app = join(folder, String((count += 1)));
    writeFiles(app, files);
    return app;
  }

  test('defaults', () => {
    expect(readAppFolder(folderOf({ 'host.json': '{ "version": "2.0" }' }), {})).toMatchObject({
      settings: {},
      routePrefix: 'api',
      customHeaders: {},
      functionTimeoutMs: 30 * 60_000,
      logLevels: {},
    });
  });

  test('host.json with comments, and settings that override it', () => {
    const hostJson = `\uFEFF{ // the version
      "version": "2.0", /* a block */
      "functionTimeout": "00:05:00",
      "extensions": { "http": { "routePrefix": "", "customHeaders": { "X-Link": "https://contoso.example//x" } } },
      "logging": { "logLevel": { "default": "Warning" } }
    }`;
    const env = {
      AzureFunctionsJobHost__logging__logLevel__Function: 'Debug',
      azurefunctionsjobhost__extensions__HTTP__routeprefix: '/v1/',
    };
    expect(readAppFolder(folderOf({ 'host.json': hostJson }), env)).toMatchObject({
      routePrefix: 'v1',
      customHeaders: { 'X-Link': 'https://contoso.example//x' },
      functionTimeoutMs: 5 * 60_000,
      logLevels: { default: 'Warning', Function: 'Debug' },
    });
  });

  test('an unlimited function', () => {
    const app = folderOf({ 'host.json': '{ "version": "2.0", "functionTimeout": "-1" }' });
    expect(readAppFolder(app, {}).functionTimeoutMs).toBeUndefined();
  });

  test('a variable that is set wins over local.settings.json', () => {
    const app = folderOf({
      'host.json': '{ "version": "2.0" }',
      'local.settings.json': '{ "Values": { "ONE": "file", "TWO": "file", "THREE": "file" } }',
    });
    const { settings } = readAppFolder(app, { ONE: 'shell', TWO: '', THREE: undefined });
    expect(settings).toEqual({ ONE: 'shell', TWO: '', THREE: 'file' });
  });

  test.each([
    ['a folder without host.json', {}, 'host.json does not exist'],
    ['another version', { 'host.json': '{ "version": "1.0" }' }, 'needs "version": "2.0"'],
    ['a host.json that is not JSON', { 'host.json': '{' }, 'is not JSON'],
    [
      'a time that is none',
      { 'host.json': '{ "version": "2.0", "functionTimeout": "5m" }' },
      'functionTimeout "5m" is not hh:mm:ss',
    ],
    [
      'settings that are no strings',
      { 'host.json': '{ "version": "2.0" }', 'local.settings.json': '{ "Values": { "A": 1, "B": "b", "C": true } }' },
      'Values may only hold strings, unlike A, C',
    ],
    [
      'encrypted settings',
      { 'host.json': '{ "version": "2.0" }', 'local.settings.json': '{ "IsEncrypted": true }' },
      'encrypted',
    ],
  ] as const)('%s is refused', (_, files, message) => {
    expect(() => readAppFolder(folderOf(files), {})).toThrow(message);
  });

  test.each([
    ['AzureWebJobs.sweep.Disabled', 'true', true],
    ['AZUREWEBJOBS.SWEEP.DISABLED', 'True', true],
    ['AzureWebJobs.sweep.Disabled', '1', true],
    ['AzureWebJobs.sweep.Disabled', 'false', false],
    ['AzureWebJobs.other.Disabled', 'true', false],
  ])('%s=%s switches the function off: %s', (name, value, expected) => {
    const app = readAppFolder(folderOf({ 'host.json': '{ "version": "2.0" }' }), { [name]: value });
    expect(isDisabled(app, 'sweep')).toBe(expected);
  });
});
