import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// Everything the app can reach the network with, and the files that may. Whatever else wants to call somebody goes through them.
const ways: readonly [pattern: RegExp, files: readonly string[]][] = [
  [/\bfetch\b\s*[(,;)?.]/, ['shared/defender/try-once.client.ts']],
  [
    /(?:from|import|require)[\s(]*['"](?:node:)?(?:https?|http2|net|tls|dgram|dns|dns\/promises|child_process|worker_threads|cluster)['"]/,
    ['shared/egress/egress.client.ts'],
  ],
  [/['"]undici(?:\/|['"])/, ['shared/egress/egress.client.ts']],
  [/['"]@azure\/identity['"]/, ['shared/auth/own-credential.client.ts', 'shared/auth/tenant-credentials.client.ts']],
  [/['"]@azure\/keyvault-[a-z]+['"]/, ['shared/auth/key-vault.client.ts']],
  [/['"]@azure\/data-tables['"]/, []],
  [/createRemoteJWKSet/, ['shared/auth/verify-token.client.ts']],
  [/\b(?:XMLHttpRequest|WebSocket|EventSource|WebSocketStream)\b/, []],
  [
    /['"]@azure\/core-[a-z-]+['"]|['"]@azure\/(?:storage|service|event)[a-z-]*['"]|['"](?:axios|got|node-fetch|ws)['"]/,
    [],
  ],
];

/** Tables are the state: every store may use them. */
const isStore = (file: string) => file.endsWith('.store.ts') || file === 'shared/tables.client.ts';

const root = new URL('../../', import.meta.url);

const sources = ['shared', 'functions'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);

/** Without comments and without imports of types, which are gone when the code runs. */
function code(file: string): string {
  return readFileSync(new URL(file, root), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/^import type [\s\S]*?;$/gm, '');
}

describe('the network is reached', () => {
  it.each(ways)('by %s only where it is meant to be', (pattern, files) => {
    const users = sources.filter((file) => pattern.test(code(file)));
    const isTables = pattern.source.includes('data-tables');
    expect(users.filter((file) => !files.includes(file) && !(isTables && isStore(file)))).toEqual([]);
  });

  it('by the files that are named here, so that the test looks where they are', () => {
    for (const [pattern, files] of ways) for (const file of files) expect(code(file)).toMatch(pattern);
    expect(sources.length).toBeGreaterThan(30);
  });
});
