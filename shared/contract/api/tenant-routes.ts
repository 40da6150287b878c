import { z } from 'zod';
import { indicatorTypeSchema } from '../indicator.ts';
import { machineQuerySchema } from '../machine.ts';
import { operationQuerySchema } from '../operation.ts';
import { text } from '../primitives.ts';
import type { ApiRoute } from './route.ts';
import { answer, operationAnswers } from './route.ts';

const tenant = '/tenants/{tenantId}';
const operation = `${tenant}/operations/{operationId}`;

/** Of every question to a tenant's Defender. */
const askProblems = ['wrong_state', 'tenant_removing', 'role_missing', 'too_many_requests'] as const;

/** Alerts and actions: what callers ask for. `wrong_state`: a dry run asks Defender, which needs a connected tenant. */
const webhookRoutes: readonly ApiRoute[] = [
  {
    ...{ name: 'receiveAlert', method: 'post', path: `${tenant}/alerts`, tag: 'Alerts', scope: 'alerts:write' },
    summary: 'Send an alert, or a change of one',
    description: 'With `dryRun` nothing is stored or sent; the answer shows the very call that would be made.',
    ...{ isWebhook: true, body: 'AlertEnvelope', answers: withDryRun() },
    problems: ['alert_exists', 'alert_not_found', 'echo', 'refused_by_policy', 'tenant_removing', 'wrong_state'],
  },
  {
    ...{ name: 'requestAction', method: 'post', path: `${tenant}/actions`, tag: 'Actions', scope: 'actions:write' },
    summary: 'Request a response action',
    description: 'With `dryRun` nothing is stored or sent; the answer shows the very call that would be made.',
    ...{ isWebhook: true, body: 'ActionEnvelope', answers: withDryRun() },
    problems: ['refused_by_policy', 'indicator_refused', 'tenant_removing', 'wrong_state'],
  },
];

/** Operations and dead letters. */
const operationRoutes: readonly ApiRoute[] = [
  {
    ...{ name: 'listOperations', method: 'get', path: `${tenant}/operations`, tag: 'Operations' },
    ...{ scope: 'operations:read', summary: 'List operations, newest first', query: operationQuerySchema },
    ...{ isList: true, answers: answer('OperationPage') },
  },
  {
    ...{ name: 'getOperation', method: 'get', path: operation, tag: 'Operations', scope: 'operations:read' },
    summary: 'Read an operation',
    answers: answer('Operation', { headers: ['Operation-Location', 'Retry-After'] }),
  },
  {
    ...{ name: 'getOperationOutput', method: 'get', path: `${operation}/output`, tag: 'Operations' },
    ...{ scope: 'operations:read', summary: 'Get links to what an operation brought back' },
    ...{ answers: answer('OperationOutput'), problems: askProblems },
  },
  {
    ...{ name: 'cancelOperation', method: 'post', path: `${operation}/cancel`, tag: 'Operations', scope: 'Started' },
    summary: 'Cancel an operation',
    description: 'Needs the scope that started it; `actions:approve` while it awaits approval.',
    ...{ isBodyOptional: true, answers: operationAnswers, problems: ['wrong_state'] },
  },
  {
    ...{
      name: 'approveAction',
      method: 'post',
      path: `${operation}/approve`,
      tag: 'Actions',
      scope: 'actions:approve',
    },
    summary: 'Approve an action that waits for it',
    description: 'Not by the caller that asked for it. The policy is asked again.',
    ...{ body: 'ApproveRequest', answers: operationAnswers, problems: ['wrong_state', 'same_caller'] },
  },
  {
    ...{ name: 'listDeadLetters', method: 'get', path: `${tenant}/dead-letters`, tag: 'Operations' },
    ...{
      scope: 'deadletters:read',
      summary: 'List what was given up',
      isList: true,
      answers: answer('DeadLetterPage'),
    },
  },
  {
    ...{ name: 'redriveDeadLetters', method: 'post', path: `${tenant}/dead-letters/redrive`, tag: 'Operations' },
    ...{ scope: 'deadletters:write', summary: 'Carry dead letters on', body: 'RedriveRequest' },
    ...{ answers: answer('RedriveAnswer') },
  },
];

const ofEntity = ['invalid_field', ...askProblems] as const;
const ofMachine = ['machine_not_found', 'machine_ambiguous', ...ofEntity] as const;

/** What a playbook may ask Defender. */
const machineRoutes: readonly ApiRoute[] = [
  {
    ...{ name: 'listMachines', method: 'get', path: `${tenant}/machines`, tag: 'Machines', scope: 'machines:read' },
    ...{ summary: 'Find machines', isList: true, answers: answer('MachinePage'), problems: askProblems },
    query: machineQuerySchema,
  },
  {
    ...{ name: 'getMachine', method: 'get', path: `${tenant}/machines/{machine}`, tag: 'Machines' },
    ...{ scope: 'machines:read', summary: 'Look at a machine: by machine id, Entra device id or DNS name' },
    ...{ answers: answer('MachineView'), problems: ofMachine },
  },
  {
    ...{ name: 'getFile', method: 'get', path: `${tenant}/files/{hash}`, tag: 'Machines', scope: 'machines:read' },
    ...{
      summary: 'What Defender knows of a file, by SHA-1 or SHA-256',
      answers: answer('FileView'),
      problems: ofEntity,
    },
  },
  {
    ...{ name: 'getDomain', method: 'get', path: `${tenant}/domains/{name}`, tag: 'Machines', scope: 'machines:read' },
    ...{ summary: 'What Defender knows of a domain', answers: answer('DomainView'), problems: ofEntity },
  },
  {
    ...{ name: 'getAddress', method: 'get', path: `${tenant}/ips/{address}`, tag: 'Machines', scope: 'machines:read' },
    ...{ summary: 'What Defender knows of an address', answers: answer('AddressView'), problems: ofEntity },
  },
  {
    ...{ name: 'runQuery', method: 'post', path: `${tenant}/queries`, tag: 'Machines', scope: 'queries:run' },
    ...{ summary: 'Run a hunting query', body: 'QueryRequest', answers: answer('QueryAnswer') },
    problems: ['query_invalid', 'refused_by_policy', ...askProblems],
  },
];

/** A tenant's indicators. */
const indicatorRoutes: readonly ApiRoute[] = [
  {
    ...{ name: 'getTenantIndicators', method: 'get', path: `${tenant}/indicators`, tag: 'Indicators' },
    ...{ scope: 'indicators:read', summary: 'What a tenant holds; with `value`, why it is there, or why not' },
    query: z.object({ value: text(1, 800).optional(), indicatorType: indicatorTypeSchema.optional() }),
    answers: answer('TenantIndicators', { schemas: ['TenantIndicators', 'IndicatorAnswer'] }),
  },
  {
    ...{ name: 'getIndicatorPlan', method: 'get', path: `${tenant}/indicators/plan`, tag: 'Indicators' },
    ...{ scope: 'indicators:read', summary: 'What the next sync would do', answers: answer('IndicatorPlan') },
  },
  {
    ...{ name: 'syncTenantIndicators', method: 'post', path: `${tenant}/indicators/sync`, tag: 'Indicators' },
    ...{ scope: 'indicators:write', summary: 'Sync now', body: 'SyncRequest', isBodyOptional: true },
    ...{ answers: operationAnswers, problems: ['plan_changed', 'wrong_state', 'tenant_removing', 'too_many_requests'] },
  },
];

/** Every route of one tenant. */
export const tenantRoutes: readonly ApiRoute[] = [
  ...webhookRoutes,
  ...operationRoutes,
  ...machineRoutes,
  ...indicatorRoutes,
];

function withDryRun(): ApiRoute['answers'] {
  return operationAnswers.map((each) =>
    each.status === 200
      ? {
          ...each,
          schemas: ['Operation', 'DryRunAnswer'],
          description: 'The operation, ended; or what a dry run found.',
        }
      : each,
  );
}
