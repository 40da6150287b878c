import type { Api } from './api.ts';
import { say } from './demo-screen.ts';
import type { DemoPartner, ShownOperation } from './demo-partner.ts';
import { world } from './demo-world.ts';

const [{ tenantId, machines }] = world.tenants;
const [pc1, srv1] = machines;

/** Chapter: a machine is isolated for five minutes; a server is not. */
export function createActionChapter(partner: DemoPartner, api: Api) {
  let isolation: ShownOperation | undefined;

  async function isolate(): Promise<void> {
    say('\nActions, as a playbook asks for them');
    isolation = await ask(`isolate ${pc1.computerDnsName} for five minutes`, {
      ...{ action: 'Isolate', isolationType: 'Selective', releaseAfter: 'PT5M', comment: 'Case 17: beacon' },
      machine: { computerDnsName: pc1.computerDnsName },
    });
    await ask(`isolate ${srv1.computerDnsName}, a server that the customer protects`, {
      ...{ action: 'Isolate', comment: 'Case 17: beacon' },
      machine: { computerDnsName: srv1.computerDnsName },
    });
  }

  async function ask(what: string, data: Readonly<Record<string, unknown>>): Promise<ShownOperation> {
    const { status, body } = await partner.send({ type: 'action.requested', data });
    if (status >= 400) throw new Error(`The action was answered ${status}: ${JSON.stringify(body)}`);
    // A slow machine is let finish what needs no waiting.
    const shown = await partner.follow(body, 'actions', (now) => hasEnded(now) || isAtDefender(now));
    say(`  ${what}: ${toLines(shown).join('\n    ')}`);
    return shown;
  }

  /** `isTimeOver`: Defender has isolated the machine by now; otherwise the app hears of it by itself. */
  async function showIsolated(isTimeOver: boolean): Promise<void> {
    if (isolation === undefined) return;
    isolation = isTimeOver
      ? await partner.follow(isolation, 'actions', hasEnded)
      : await api.expect<ShownOperation>('GET', `/api/v1/tenants/${tenantId}/operations/${isolation.id}`);
    say(`  the isolation: ${toLines(isolation).join('\n    ')}`);
  }

  /** The release is an operation of its own; `letTimePass` brings the app back when Defender has carried it out. */
  async function showRelease(letTimePass: () => Promise<void>): Promise<void> {
    const id = isolation?.result?.['reversal'];
    if (typeof id !== 'string') throw new Error('The isolation has planned no release.');
    let release = await api.expect<ShownOperation>('GET', `/api/v1/tenants/${tenantId}/operations/${id}`);
    release = await partner.follow(release, 'actions', (now) => hasEnded(now) || isAtDefender(now));
    say(`  the release, by itself: ${toLines(release).join('\n    ')}`);
    await letTimePass();
    release = await partner.follow(release, 'actions', hasEnded);
    say(`  the release: ${toLines(release).join('\n    ')}`);
  }

  return { isolate, showIsolated, showRelease };
}

function hasEnded({ status }: Pick<ShownOperation, 'status'>): boolean {
  return ['Succeeded', 'Failed', 'Canceled'].includes(status);
}

function isAtDefender({ result }: ShownOperation): boolean {
  return result?.['machineActionStatus'] !== undefined;
}

function toLines({ id, status, stage, nextAttemptAt, result = {}, error }: ShownOperation): readonly string[] {
  const { machineActionStatus, reversal } = result;
  return [
    `${status}${stage === undefined ? '' : `, ${stage}`}${error ? `, ${error.code} by ${error.rule ?? 'Defender'}` : ''} (${id})`,
    ...(typeof machineActionStatus === 'string' ? [`Defender says ${machineActionStatus}`] : []),
    ...(typeof reversal === 'string' ? [`release planned: ${reversal}`] : []),
    ...(nextAttemptAt === undefined ? [] : [`next look ${nextAttemptAt}`]),
  ];
}
