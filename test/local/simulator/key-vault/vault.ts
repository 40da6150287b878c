import { randomUUID } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';
import type { SecretOptions, SecretVersionOptions } from '../options.ts';

export interface SecretVersion {
  readonly version: string;
  readonly value: string;
  readonly isEnabled: boolean;
  readonly contentType: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly notBeforeMs: number | null;
  readonly expiresMs: number | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export type NewSecretVersion = Partial<Omit<SecretVersion, 'value' | 'createdMs' | 'updatedMs'>> & {
  readonly value: string;
};

export interface Secret {
  readonly name: string;
  /** Oldest first. */
  readonly versions: readonly SecretVersion[];
  /** Soft-deleted at this moment. */
  readonly deletedMs: number | null;
}

export interface Vault {
  list(): readonly Secret[];
  get(name: string): Secret | undefined;
  /** Adds a version, which becomes the current one. */
  add(name: string, version: NewSecretVersion): SecretVersion;
  /** Undefined when there is no such version. */
  change(name: string, version: string, changes: Partial<SecretVersion>): SecretVersion | undefined;
  /** Replaces all versions. */
  put(options: SecretOptions): Secret;
  setDeleted(name: string, isDeleted: boolean): void;
  purge(name: string): void;
}

export function createVault(clock: SimulatorClock, initial: readonly SecretOptions[]): Vault {
  const secrets = new Map<string, Secret>();
  const find = (name: string): Secret | undefined => secrets.get(name.toLowerCase());
  const save = (secret: Secret): Secret => {
    secrets.set(secret.name.toLowerCase(), secret);
    return secret;
  };
  const put = ({ name, versions }: SecretOptions): Secret =>
    save({
      name,
      deletedMs: null,
      versions: versions.map((version, index) => fromOptions(version, clock.now() + index)),
    });
  initial.forEach(put);
  return {
    list: () => [...secrets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: find,
    put,
    add: (name, options) => {
      const version = toVersion(options, clock.now());
      const versions = [...(find(name)?.versions ?? []), version];
      save({ name: find(name)?.name ?? name, versions, deletedMs: null });
      return version;
    },
    change: (name, id, changes) => {
      const secret = find(name);
      const current = secret?.versions.find(({ version }) => version === id);
      if (!secret || !current) return undefined;
      const changed = { ...current, ...changes, updatedMs: clock.now() };
      save({ ...secret, versions: secret.versions.map((version) => (version === current ? changed : version)) });
      return changed;
    },
    setDeleted: (name, isDeleted) => {
      const secret = find(name);
      if (secret) save({ ...secret, deletedMs: isDeleted ? clock.now() : null });
    },
    purge: (name) => void secrets.delete(name.toLowerCase()),
  };
}

function toVersion(options: NewSecretVersion, nowMs: number): SecretVersion {
  return {
    version: randomUUID().replaceAll('-', ''),
    isEnabled: true,
    contentType: null,
    tags: {},
    notBeforeMs: null,
    expiresMs: null,
    ...options,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
}

function fromOptions(options: SecretVersionOptions, nowMs: number): SecretVersion {
  const { value, version, isEnabled, contentType, notBefore, expires, created } = options;
  return toVersion(
    {
      value,
      ...(version === undefined ? {} : { version }),
      ...(isEnabled === undefined ? {} : { isEnabled }),
      ...(contentType === undefined ? {} : { contentType }),
      notBeforeMs: notBefore === undefined ? null : Date.parse(notBefore),
      expiresMs: expires === undefined ? null : Date.parse(expires),
    },
    created === undefined ? nowMs : Date.parse(created),
  );
}
