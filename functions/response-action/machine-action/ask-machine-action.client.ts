import { readStoredAction } from '../../../shared/actions/action-operation.ts';
import type { ActionRequest } from '../../../shared/contract/action.ts';
import type { DefenderEntities } from '../../../shared/defender/entities.client.ts';
import type { DefenderTenant } from '../../../shared/defender/hosts.ts';
import { endOf } from '../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineActions } from '../../../shared/defender/machine-actions.client.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { catalogue } from '../catalogue.ts';
import type { FindActionMachine } from '../find-action-machine.client.ts';
import type { FollowAction } from './follow-actions.client.ts';
import type {
  CancelingOurs,
  Following,
  MachineActionNews,
  MachineActionStep,
  Preparing,
} from './machine-action-state.ts';
import { ourOperationOf } from './our-operation.ts';
import { releaseAfterOf } from './same-order.ts';

/** A step that only asks Defender. */
export type AskStep = Extract<
  MachineActionStep,
  { do: 'AskMachine' | 'AskFile' | 'AskActions' | 'Look' | 'AskAction' }
>;

/** What asking Defender about machine actions needs. */
export interface AskOptions {
  readonly findActionMachine: FindActionMachine;
  readonly entities: Pick<DefenderEntities, 'getFile'>;
  readonly machineActions: Pick<DefenderMachineActions, 'get' | 'listOfMachine'>;
  readonly followAction: FollowAction;
  readonly readRequest: Work['readRequest'];
}

/** What a step is about. */
export interface AskedAction {
  readonly tenant: DefenderTenant;
  readonly data: ActionRequest;
  /** Our application's id. */
  readonly clientId: string;
  readonly isCancelRequested: boolean;
}

/** Asks Defender what a step wants to know; nothing is changed. Throws what `Defender.request` throws. */
export async function askDefender(step: AskStep, asked: AskedAction, options: AskOptions): Promise<MachineActionNews> {
  const { machineActions } = options;
  const { tenant } = asked;
  switch (step.do) {
    case 'AskMachine':
      return { news: 'Machine', state: step.state, found: await findMachine(step.state, asked, options) };
    case 'AskFile':
      return { news: 'File', prepared: step.prepared, sha1: await findFile(asked, options) };
    case 'AskActions': {
      const actions = await machineActions.listOfMachine(tenant, step.prepared.machine.id);
      const releases = await readReleases(actions, asked, options);
      return { news: 'Actions', prepared: step.prepared, actions, releases };
    }
    case 'Look': {
      const actions = await machineActions.listOfMachine(tenant, step.state.machine.id);
      return { news: 'Looked', state: step.state, actions };
    }
    case 'AskAction': {
      const { machineActionId: id } = step.state;
      // Before something is canceled, what is half a minute old will not do.
      const isFresh = asked.isCancelRequested || isCanceling(step.state);
      const action = await (isFresh ? machineActions.get(tenant, id) : options.followAction(tenant, id));
      return { news: 'Action', state: step.state, action };
    }
  }
}

/** The machine that a request means, or that it has stayed with since it was found. */
export function findMachine(
  state: Preparing,
  { tenant, data }: Pick<AskedAction, 'tenant' | 'data'>,
  { findActionMachine }: Pick<AskOptions, 'findActionMachine'>,
): ReturnType<FindActionMachine> {
  if (!('machine' in data)) throw new Error(`${data.action} is for no machine.`);
  const selector = state.machine === undefined ? data.machine : { id: state.machine.id };
  // Others keep away from a machine that Defender only knows of; and nothing but Defender keeps a machine from being let go.
  const mayBeUnmanaged =
    data.action === 'Unisolate' || (data.action === 'Isolate' && data.isolationType === 'UnManagedDevice');
  return findActionMachine(tenant, selector, { mayBeUnmanaged });
}

/** The SHA-1 of the file to quarantine; Defender is asked only where the request does not tell. */
export async function findFile(
  { tenant, data }: Pick<AskedAction, 'tenant' | 'data'>,
  { entities }: Pick<AskOptions, 'entities'>,
): Promise<string | undefined> {
  if (data.action !== 'StopAndQuarantineFile') return undefined;
  if (data.sha1 !== undefined) return data.sha1;
  return data.sha256 === undefined ? undefined : (await entities.getFile(tenant, data.sha256))?.sha1;
}

/** When what operations do on the machine that is asked for here too is undone by itself. */
async function readReleases(
  actions: readonly DefenderMachineAction[],
  { tenant, data, clientId }: Pick<AskedAction, 'tenant' | 'data' | 'clientId'>,
  { readRequest }: Pick<AskOptions, 'readRequest'>,
): Promise<ReadonlyMap<string, string>> {
  const releases = new Map<string, string>();
  if (catalogue[data.action].undoneBy === undefined) return releases;
  for (const action of actions.filter(({ type }) => type === data.action)) {
    const operationId = endOf(action) === undefined ? ourOperationOf(clientId, action) : undefined;
    const request = operationId && (await readRequest(tenant.tenantId, operationId));
    const releaseAfter = request === undefined ? undefined : releaseAfterOf(readStoredAction(request).data);
    if (operationId !== undefined && releaseAfter !== undefined) releases.set(operationId, releaseAfter);
  }
  return releases;
}

function isCanceling(state: CancelingOurs | Following): boolean {
  return state.at === 'CancelingOurs' || state.cancel !== undefined;
}
