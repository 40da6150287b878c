/** Who lives in the local run: the ids are made up, and told to both the simulator and the app as settings. */
export const world = {
  homeTenantId: '6f1c0000-0000-4000-8000-000000000001',
  /** The partner's multi-tenant Entra application: what this app signs in as, and the audience of its callers. */
  appClientId: '0b7c0000-0000-4000-8000-0000000000aa',
  identity: {
    clientId: '0b7c0000-0000-4000-8000-0000000000bb',
    principalId: '5d100000-0000-4000-8000-0000000000cc',
  },
  /** An administrator's application in the home tenant: `npm run token -- admin` signs in as it. */
  admin: { clientId: '0b7c0000-0000-4000-8000-0000000000dd', secret: 'local-run-only' },
  /** A playbook: `npm run send` signs with its key, and its callbacks come to the receiver. */
  caller: {
    callerId: 'soar',
    displayName: 'SOAR of the local run',
    scopes: ['alerts:write', 'actions:write', 'indicators:write'],
  },
  tenants: [
    {
      tenantId: '6f1c0000-0000-4000-8000-00000000a001',
      displayName: 'Fabrikam',
      machines: [
        {
          id: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
          computerDnsName: 'pc1.example.test',
          aadDeviceId: '2c000000-0000-4000-8000-000000000003',
          lastIpAddress: '10.0.0.5',
          rbacGroupId: 7,
          rbacGroupName: 'Laptops',
          machineTags: ['pilot'],
          logonUsers: [{ accountName: 'ana', accountDomain: 'EXAMPLE' }],
        },
        {
          id: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
          computerDnsName: 'srv1.example.test',
          osPlatform: 'WindowsServer2022',
          version: '21H2',
          lastIpAddress: '10.0.0.10',
          deviceValue: 'High',
          machineTags: ['production'],
        },
        { id: 'dddddddddddddddddddddddddddddddddddddddd', computerDnsName: 'kiosk1.example.test' },
        { id: 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', computerDnsName: 'kiosk1.lab.example.test' },
      ],
    },
    {
      tenantId: '6f1c0000-0000-4000-8000-00000000a002',
      displayName: 'Northwind',
      machines: [
        {
          id: 'cccccccccccccccccccccccccccccccccccccccc',
          computerDnsName: 'pc1.northwind.example.test',
          lastIpAddress: '10.0.0.5',
        },
      ],
    },
  ],
  ports: {
    app: 7071,
    simulator: 7443,
    identity: 7442,
    callbacks: 7080,
    feeds: 7081,
    blob: 10000,
    queue: 10001,
    table: 10002,
  },
} as const;
