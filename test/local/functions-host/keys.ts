import { randomBytes } from 'node:crypto';
import type { HostRequest } from './http-request.ts';

/** Who may call: a function key for `function`, the master key for that and for everything else; the header goes before `?code=`. */
export function authorize(request: HostRequest, level: AuthLevel, keys: Keys): Authorization {
  const key = request.headers['x-functions-key'] ?? request.query['code'];
  const isMaster = !keys.isEnforced || key === keys.master;
  const isAllowed = isMaster || level === 'anonymous' || (level === 'function' && key === keys.function);
  return { isMaster, isAllowed };
}

/** Keys as given, made up where not; enforced unless told otherwise. */
export function createKeys(given: Partial<Keys> = {}): Keys {
  const newKey = (): string => randomBytes(24).toString('base64url');
  return { isEnforced: true, master: newKey(), function: newKey(), ...given };
}

export type AuthLevel = 'anonymous' | 'function' | 'admin';

export interface Keys {
  /** Azure enforces; `func start` without `--enableAuth` does not. */
  readonly isEnforced: boolean;
  readonly master: string;
  readonly function: string;
}

export interface Authorization {
  readonly isMaster: boolean;
  readonly isAllowed: boolean;
}
