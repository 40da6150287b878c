import { evidenceSchema } from '../../../shared/contract/evidence.ts';
import type { Evidence } from '../../../shared/contract/evidence.ts';
import { sha1Schema, sha256Schema } from '../../../shared/contract/primitives.ts';
import { nameOf } from './left-out-note.ts';
import { entriesOf, firstOf, textOf, toTimeText } from './ocsf-value.ts';
import type { OcsfValue } from './ocsf-value.ts';

/** As many as an alert takes (contract §4). */
const maxEvidence = 50;

/** What an event is about. */
export interface OcsfEvidence {
  readonly evidence: readonly Evidence[];
  /** What of it an alert does not take, by name. */
  readonly leftOut: readonly string[];
}

/**
 * What an event is about (contract §4), each once, in its own order. Evidence is no needed value: what Defender could not be
 * asked for (a file without a hash, a range of addresses) and what is more than an alert takes is left out.
 */
export function toOcsfEvidence(event: OcsfValue): OcsfEvidence {
  const drafts = entriesOf(event, 'evidences').flatMap(toDrafts);
  const judged = drafts.map((draft) => ({ draft, evidence: toFitting(draft) }));
  const once = new Map(judged.map((each) => [JSON.stringify(each.evidence ?? each.draft), each]));
  const taken: Evidence[] = [];
  const leftOut = new Set<string>();
  for (const { draft, evidence } of once.values()) {
    const name = nameOf(draft);
    if (evidence !== undefined && taken.length < maxEvidence) taken.push(evidence);
    else if (name !== undefined) leftOut.add(name);
  }
  return { evidence: taken, leftOut: [...leftOut] };
}

/** A field that our schema does not take (too long a path, say) does not cost the rest of the piece. */
function toFitting(draft: Draft): Evidence | undefined {
  const parsed = evidenceSchema.safeParse(draft);
  if (parsed.success) return parsed.data;
  const unfit = new Set(parsed.error.issues.map(({ path: [name] }) => name));
  const rest = Object.fromEntries(Object.entries(draft).filter(([name]) => !unfit.has(name)));
  return evidenceSchema.safeParse(rest).data;
}

type Draft = Readonly<Record<string, unknown>>;

function toDrafts(evidence: OcsfValue): readonly Draft[] {
  const part = (name: string, toDraft: (part: OcsfValue) => readonly Draft[]): readonly Draft[] => {
    const found = firstOf(evidence, name);
    return found === undefined ? [] : toDraft(found);
  };
  return [
    ...part('file', toFile),
    ...part('process', toProcess),
    ...part('dst_endpoint', toEndpoint),
    ...part('src_endpoint', toEndpoint),
    ...part('url', (url) => toUrl(textOf(url, 'url_string'))),
    ...part('query', (query) => toUrl(textOf(query, 'hostname'))),
    ...part('user', toUser),
    ...part('actor.user', toUser),
  ];
}

function toFile(file: OcsfValue): readonly Draft[] {
  const names = { fileName: textOf(file, 'name'), filePath: textOf(file, 'path') };
  return [given({ entityType: 'File', ...toHashes(file), ...names })];
}

function toProcess(process: OcsfValue): readonly Draft[] {
  const file = firstOf(process, 'file');
  return [
    given({
      entityType: 'Process',
      processId: toProcessId(firstOf(process, 'pid')?.value),
      processCommandLine: textOf(process, 'cmd_line'),
      ...(file === undefined ? {} : toHashes(file)),
      fileName: textOf(process, 'name', 'file.name'),
      processCreationTime: toTimeText(firstOf(process, 'created_time')?.value),
    }),
  ];
}

/** Some products write numbers as text. */
function toProcessId(pid: unknown): number | undefined {
  if (typeof pid === 'string') return /^\d{1,10}$/.test(pid) ? Number(pid) : undefined;
  return typeof pid === 'number' ? pid : undefined;
}

/** An address, and the name of the host, or of its domain where the host has none. */
function toEndpoint(endpoint: OcsfValue): readonly Draft[] {
  const ipAddress = textOf(endpoint, 'ip');
  const address = ipAddress === undefined ? [] : [{ entityType: 'Ip', ipAddress }];
  return [...address, ...toUrl(textOf(endpoint, 'hostname', 'domain'))];
}

/** Spaces, which a log may hold as they were typed, are sent as browsers send them. */
function toUrl(url: string | undefined): readonly Draft[] {
  return url === undefined ? [] : [{ entityType: 'Url', url: url.trim().replaceAll(/\s/g, encodeURIComponent) }];
}

/** Products write a name alone, `DOMAIN\name`, or `name@domain`, which is a user principal name; some only an address of mail. */
function toUser(user: OcsfValue): readonly Draft[] {
  const name = textOf(user, 'name', 'email_addr') ?? '';
  const [, prefix, account = name] = /^([^\\]+)\\([^\\]+)$/.exec(name) ?? [];
  const uid = textOf(user, 'uid') ?? '';
  const isPrincipal = account.includes('@');
  return [
    given({
      entityType: 'User',
      accountName: isPrincipal || account === '' ? undefined : account,
      userPrincipalName: isPrincipal ? account : undefined,
      userSid: /^S-1-/i.test(uid) ? uid : undefined,
      domainName: textOf(user, 'domain') ?? prefix,
    }),
  ];
}

/** By `algorithm_id`: 2 is SHA-1, 3 is SHA-256 (https://schema.ocsf.io/objects/fingerprint). A malformed hash is none. */
function toHashes(file: OcsfValue): Draft {
  const hashOf = (algorithm: number, schema: typeof sha1Schema): string | undefined =>
    entriesOf(file, 'hashes')
      .filter((hash) => firstOf(hash, 'algorithm_id')?.value === algorithm)
      .map((hash) => schema.safeParse(textOf(hash, 'value')).data)
      .find((value) => value !== undefined);
  return given({ sha1: hashOf(2, sha1Schema), sha256: hashOf(3, sha256Schema) });
}

function given(fields: Draft): Draft {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
