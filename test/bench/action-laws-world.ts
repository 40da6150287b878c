import { randomUUID } from 'node:crypto';
import type { Operation } from '../../shared/contract/operation.ts';
import { isFinished } from '../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { actionRoles } from '../../shared/defender/roles.ts';
import type { TenantTokens } from '../../shared/defender/try-once.client.ts';
import { createLog } from '../../shared/log.ts';
import { toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { openTables } from '../../shared/tables.client.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { createActionInstance } from '../builders/action-instance.ts';
import { seededRandom } from '../local/faulty-proxy.ts';
import type { Control } from '../local/simulator/control/control.ts';
import type { Simulator } from '../local/simulator/simulator.ts';

/** One run: a tenant of its own, with chance, history and machines of its own. */
export interface RunOfLaws {
  readonly number: number;
  readonly tenantId: string;
  readonly machines: readonly string[];
  readonly control: Control;
  readonly instances: readonly Work[];
  readonly random: () => number;
  readonly now: () => number;
  /** What happened, for whoever reads of a broken law. */
  readonly trace: string[];
  /** Ids of what was asked for, and of those that are to be released by the clock. */
  readonly asked: string[];
  readonly timed: Set<string>;
  /** Laws that were broken on the way. */
  readonly broken: string[];
  pick<T>(from: readonly T[]): T;
  chance(share: number): boolean;
  pickMachine(): string;
  nextNumber(): number;
  setPolicy(actions: object): Promise<void>;
  connect(connection: TenantRecord['connection']): Promise<void>;
  mayUndoOthers(atMs: number): boolean;
}

/** Two instances of the app over the same tables, and the tenants that they serve. */
export interface LawsWorld {
  readonly control: Control;
  readonly instances: readonly Work[];
  /** Errors that the product logged: a bug shows there. */
  readonly errors: readonly string[];
  addRun(number: number, seed: number): Promise<RunOfLaws>;
}

/** Makes it over empty tables. The simulator's clock stands still until it is moved. */
export function createLawsWorld(simulator: Simulator, connectionString: string, clientId: string): LawsWorld {
  const { control } = simulator;
  const { now } = control.clock;
  const runs = new Map<string, RunOfLaws>();
  const errors: string[] = [];
  const make = () =>
    createActionInstance({
      ...{ tables: openTables({ connectionString }), origin: simulator.origin, clientId, now },
      tokens: mintedTokens(control, clientId),
      log: createLog((line) => void (line.includes('"level":"error"') && errors.push(line)), now),
      callbacksOf: (before, after) => {
        const run = runs.get(after.tenantId);
        run?.broken.push(...brokenByChange(run, before, after));
        return Promise.resolve([]);
      },
    });
  const made = [make(), make()];
  const instances = made.map(({ work }) => work);
  const [first] = made;

  async function addRun(number: number, seed: number): Promise<RunOfLaws> {
    const random = seededRandom(seed);
    const tenantId = randomUUID();
    const machines = ['a', 'b'].map((letter) => letter.repeat(40));
    control.tenants.put({ tenantId, consents: { [clientId]: { defender: roles } } });
    control.machines.seed(tenantId, [
      { id: machines[0] ?? '', osPlatform: 'Windows11' },
      { id: machines[1] ?? '', osPlatform: 'WindowsServer2022' },
    ]);
    const history: { readonly atMs: number; readonly undoOthers: boolean }[] = [];
    let last = 0;
    const change = async (changes: Partial<TenantRecord>): Promise<void> => {
      await first?.tenants.change(tenantId, (current) => ({
        ...(current ?? toNewTenant(tenantId, tenantInputSchema.parse({}))),
        ...changes,
      }));
    };
    const pick = <T>(from: readonly T[]): T => {
      const picked = from[Math.floor(random() * from.length)];
      if (picked === undefined) throw new Error('There is nothing to pick from.');
      return picked;
    };
    const run: RunOfLaws = {
      ...{ number, tenantId, machines, control, instances, random, now, pick },
      ...{ trace: [], asked: [], timed: new Set(), broken: [] },
      chance: (share) => random() < share,
      pickMachine: () => (random() < 0.8 ? machines[0] : machines[1]) ?? '',
      nextNumber: () => (last += 1),
      setPolicy: async (actions) => {
        const live = { mode: 'Live', allowed: Object.keys(actionRoles), requireApproval: [], ...actions };
        const { policy } = tenantInputSchema.parse({ policy: { actions: live } });
        await change({ policy });
        history.push({ atMs: now(), undoOthers: policy.actions.undoOthers });
      },
      connect: async (connection) => {
        await change({ connection });
        if (connection === 'Connected') await instances[0]?.wake(tenantId);
      },
      // In the moment of a change both hold: what is under way has read the one or the other.
      mayUndoOthers: (atMs) => {
        const until = history.findLast((entry) => entry.atMs < atMs);
        return [until, ...history.filter((entry) => entry.atMs === atMs)].some((entry) => entry?.undoOthers === true);
      },
    };
    await run.setPolicy({});
    await change({ connection: 'Connected' });
    runs.set(tenantId, run);
    return run;
  }

  return { control, instances, errors, addRun };
}

const roles = [...new Set(['Machine.Read.All', ...Object.values(actionRoles).flat()])];

/** What must hold in the very moment of a change, whoever wins the write. */
function brokenByChange({ control }: RunOfLaws, before: Operation, after: Operation): readonly string[] {
  const broken: string[] = [];
  const { id, tenantId, status, result } = after;
  if (after.version <= before.version) broken.push(`${id}: version ${before.version} is followed by ${after.version}`);
  if (isFinished(before.status)) broken.push(`${id}: it changes after its end`);
  const { machineActionId } = result ?? {};
  if (status === 'Succeeded' && machineActionId !== undefined) {
    const named = control.machineActions.list(tenantId).find((action) => action.id === machineActionId);
    if (named?.status !== 'Succeeded') broken.push(`${id}: it succeeds while Defender says ${named?.status}`);
  }
  return broken;
}

/** Tokens that the simulator signs, without the way through a managed identity: that is not what is tried here. */
function mintedTokens(control: Control, clientId: string): TenantTokens {
  const tokens = new Map<string, Promise<string>>();
  return {
    getToken: (tenantId) => {
      const token =
        tokens.get(tenantId) ??
        control.mintToken({
          ...{ tenantId, clientId, roles, version: '1.0', lifetimeSeconds: 100_000_000 },
          audience: 'https://api.securitycenter.microsoft.com',
        });
      tokens.set(tenantId, token);
      return token;
    },
    forget: (tenantId) => void tokens.delete(tenantId),
  };
}
