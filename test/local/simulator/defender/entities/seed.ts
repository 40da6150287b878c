import ipaddr from 'ipaddr.js';
import { ticksPerMs, toSevenDigits, toTimeText } from '../../hunting/ticks.ts';
import { toFileProfile } from './resource.ts';
import type { DomainRecord, FileProfile, FileRecord, IpRecord, Sighting } from './resource.ts';

/** Only the machine is needed: seen now, once. */
export type SightingSeed = Partial<Sighting> & Pick<Sighting, 'machineId'>;

interface Seen {
  readonly sightings?: readonly SightingSeed[];
}

/** Only its SHA-1 is needed. */
export type FileSeed = Partial<FileProfile> & Pick<FileProfile, 'sha1'> & Seen;
export type DomainSeed = Pick<DomainRecord, 'host'> & Seen;
export type IpSeed = Pick<IpRecord, 'ipAddress'> & Seen;

export function toFileRecord({ sightings, ...seed }: FileSeed, nowMs: number): FileRecord {
  const { sha256 = null, md5 = null } = seed;
  if (!isHash(seed.sha1, 40) || (sha256 !== null && !isHash(sha256, 64)) || (md5 !== null && !isHash(md5, 32))) {
    throw new RangeError('A file needs a sha1 of 40 hex digits; sha256 and md5 are 64 and 32 when they are given.');
  }
  const now = toTime(nowMs);
  const file = toFileProfile({ globalFirstObserved: now, globalLastObserved: now, ...seed });
  return {
    file: {
      ...file,
      sha1: file.sha1.toLowerCase(),
      sha256: sha256?.toLowerCase() ?? null,
      md5: md5?.toLowerCase() ?? null,
    },
    sightings: toSightings(sightings, nowMs),
  };
}

export function toDomainRecord({ host, sightings }: DomainSeed, nowMs: number): DomainRecord {
  if (typeof host !== 'string' || host === '') throw new RangeError('A domain needs a host.');
  return { host: host.toLowerCase(), sightings: toSightings(sightings, nowMs) };
}

export function toIpRecord({ ipAddress, sightings }: IpSeed, nowMs: number): IpRecord {
  if (!ipaddr.isValid(String(ipAddress))) throw new RangeError('An address needs a valid ipAddress.');
  return { ipAddress: toCanonicalAddress(ipAddress), sightings: toSightings(sightings, nowMs) };
}

/** An IPv6 address has many spellings. */
export function toCanonicalAddress(ipAddress: string): string {
  return ipaddr.process(ipAddress).toString();
}

function toSightings(seeds: readonly SightingSeed[] = [], nowMs: number): readonly Sighting[] {
  return seeds.map(({ machineId, firstSeen, lastSeen, fileName = null }) => {
    if (typeof machineId !== 'string') throw new RangeError('A sighting needs a machineId.');
    const last = lastSeen === undefined ? toTime(nowMs) : toSevenDigits(lastSeen);
    const first = firstSeen === undefined ? last : toSevenDigits(firstSeen);
    return { machineId: machineId.toLowerCase(), firstSeen: first, lastSeen: last, fileName };
  });
}

function isHash(text: unknown, length: number): boolean {
  return typeof text === 'string' && text.length === length && /^[0-9a-f]+$/i.test(text);
}

function toTime(nowMs: number): string {
  return toTimeText(BigInt(nowMs) * ticksPerMs);
}
