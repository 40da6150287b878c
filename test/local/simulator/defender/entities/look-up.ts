import ipaddr from 'ipaddr.js';
import { toFileProfile } from './resource.ts';
import { toCanonicalAddress } from './seed.ts';
import { tracesOf } from './traces.ts';
import type { EventStore } from '../../events/store.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { MachineStore } from '../machines/store.ts';
import type { FileProfile, FileRecord, Sighting } from './resource.ts';
import type { EntityStore } from './store.ts';
import type { Trace } from './traces.ts';

/** What a call on entities may look at: of the caller's tenant. */
export interface EntityContext {
  readonly entities: EntityStore;
  readonly machines: MachineStore;
  readonly alerts: AlertStore;
  readonly events: EventStore;
}

/** The file of a SHA-1 or SHA-256, with every machine that saw it; undefined when nobody has. */
export function lookUpFile(context: EntityContext, hash: string, nowMs: number): FileRecord | undefined {
  const name = hash.toLowerCase();
  const seeded = context.entities.files.list().find(({ file }) => isFile(file, name));
  const all = tracesOf(context, nowMs);
  // An event may name one hash only: the other one comes from control or from another event.
  const named = all.find((trace) => isFile(trace, name) && trace.sha1 !== null);
  const sha1 = seeded?.file.sha1 ?? named?.sha1 ?? undefined;
  if (sha1 === undefined) return undefined;
  const sha256 = seeded?.file.sha256 ?? named?.sha256 ?? null;
  const traces = all.filter((trace) => trace.sha1 === sha1 || (sha256 !== null && trace.sha256 === sha256));
  const sightings = merge(seeded?.sightings ?? [], traces);
  return { file: seeded?.file ?? toProfile(sha1, sightings, traces), sightings };
}

export function domainSightings(context: EntityContext, host: string, nowMs: number): readonly Sighting[] {
  const seeded = context.entities.domains.list().find((each) => each.host === host)?.sightings ?? [];
  return merge(
    seeded,
    tracesOf(context, nowMs).filter((trace) => trace.host === host),
  );
}

export function ipSightings(context: EntityContext, address: string, nowMs: number): readonly Sighting[] {
  const name = toCanonicalAddress(address);
  const seeded = context.entities.ips.list().find(({ ipAddress }) => ipAddress === name)?.sightings ?? [];
  const isSame = (other: string | null): boolean =>
    other !== null && ipaddr.isValid(other) && toCanonicalAddress(other) === name;
  return merge(
    seeded,
    tracesOf(context, nowMs).filter(({ ipAddress }) => isSame(ipAddress)),
  );
}

function isFile({ sha1, sha256 }: Pick<FileProfile, 'sha256'> & Pick<Trace, 'sha1'>, hash: string): boolean {
  return sha1 === hash || sha256 === hash;
}

/** One sighting per machine and file name. */
function merge(seeded: readonly Sighting[], traces: readonly Trace[]): readonly Sighting[] {
  const all = [...seeded, ...traces.map((trace) => ({ ...trace, firstSeen: trace.at, lastSeen: trace.at }))];
  const merged = new Map<string, Sighting>();
  for (const { machineId, firstSeen, lastSeen, fileName } of all) {
    const key = `${machineId}|${fileName ?? ''}`;
    const before = merged.get(key);
    merged.set(key, {
      ...{ machineId, fileName },
      firstSeen: before && before.firstSeen < firstSeen ? before.firstSeen : firstSeen,
      lastSeen: before && before.lastSeen > lastSeen ? before.lastSeen : lastSeen,
    });
  }
  return [...merged.values()];
}

function toProfile(sha1: string, sightings: readonly Sighting[], traces: readonly Trace[]): FileProfile {
  const first = sightings.map(({ firstSeen }) => firstSeen).toSorted();
  const last = sightings.map(({ lastSeen }) => lastSeen).toSorted();
  const known = <K extends 'sha256' | 'md5' | 'size'>(name: K): Trace[K] =>
    traces.find((trace) => trace[name] !== null)?.[name] ?? null;
  return toFileProfile({
    ...{ sha1, sha256: known('sha256'), md5: known('md5'), size: known('size') },
    ...{ globalFirstObserved: first.at(0) ?? '', globalLastObserved: last.at(-1) ?? '' },
  });
}
