/** Tables of events in which an anchor is looked for; all hold `Timestamp`, `DeviceId` and `ReportId`. */
export const eventTables = [
  'DeviceProcessEvents',
  'DeviceNetworkEvents',
  'DeviceFileEvents',
  'DeviceImageLoadEvents',
  'DeviceLogonEvents',
  'DeviceRegistryEvents',
  'DeviceEvents',
] as const;
export type EventTable = (typeof eventTables)[number];
