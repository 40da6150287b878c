import type { DefenderCall } from '../operation.ts';
import type { Submitter } from './store.ts';

/** An app that calls the API. */
export function toSubmitter(call: DefenderCall): Submitter {
  return {
    createdBy: call.clientId,
    displayName: call.applicationName,
    sourceType: 'AadApp',
    createdBySource: 'PublicApi',
    mayChangeAll: call.roles.includes('Ti.ReadWrite.All'),
  };
}
