/** A midnight that nothing lives to see. */
const never = '0 0 0 1 1 *';

/** Settings under which a timer runs only when it is told to. */
export const silentTimers = {
  ACTIONS_SCHEDULE: never,
  ALERTS_SCHEDULE: never,
  CALLBACKS_SCHEDULE: never,
  SYNC_SCHEDULE: never,
  FEEDS_SCHEDULE: never,
  ALERT_CHANGES_SCHEDULE: never,
  SWEEP_SCHEDULE: never,
  TENANT_CHECK_SCHEDULE: never,
};
