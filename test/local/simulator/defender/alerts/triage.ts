import type { AlertResource } from './resource.ts';

/** What somebody writes into an alert. Fields that are left out keep their value, null empties one. */
export interface Triage {
  readonly status?: string;
  readonly assignedTo?: string | null;
  readonly classification?: string | null;
  readonly determination?: string | null;
  /** Is added to the comments. */
  readonly comment?: string;
}

/** The fields that change with it, whoever writes: a program, or a person in the portal. */
export function triaged(
  alert: AlertResource,
  { comment, ...changes }: Triage,
  { by, now }: { readonly by: string; readonly now: string },
): Partial<AlertResource> {
  const isOpenedAgain = changes.status !== undefined && changes.status !== 'Resolved';
  return {
    ...changes,
    ...(changes.status === 'Resolved' && alert.status !== 'Resolved' ? { resolvedTime: now } : {}),
    ...(isOpenedAgain ? { resolvedTime: null } : {}),
    ...(comment === undefined ? {} : { comments: [...alert.comments, { comment, createdBy: by, createdTime: now }] }),
    lastUpdateTime: now,
  };
}
