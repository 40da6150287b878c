import { describe, expect, it } from 'vitest';
import { isMicrosoftAuthority, isMicrosoftVault, toExchangeScope } from '../../../shared/auth/clouds.ts';

describe('sign-in hosts', () => {
  it.each([
    ['https://login.microsoftonline.com', true, 'api://AzureADTokenExchange/.default'],
    ['https://login.microsoftonline.com/', true, 'api://AzureADTokenExchange/.default'],
    ['https://LOGIN.microsoftonline.com', true, 'api://AzureADTokenExchange/.default'],
    ['https://login.microsoftonline.us', true, 'api://AzureADTokenExchangeUSGov/.default'],
    ['https://127.0.0.1:7443', false, 'api://AzureADTokenExchange/.default'],
    ['https://login.microsoftonline.com.example.test', false, 'api://AzureADTokenExchange/.default'],
    ['https://constructor', false, 'api://AzureADTokenExchange/.default'],
  ])('%s', (host, isMicrosoft, scope) => {
    expect(isMicrosoftAuthority(host)).toBe(isMicrosoft);
    expect(toExchangeScope(host)).toBe(scope);
  });
});

describe('vaults', () => {
  it.each([
    ['https://contoso.vault.azure.net', true],
    ['https://contoso.vault.azure.net/', true],
    ['https://contoso.vault.usgovcloudapi.net', true],
    ['https://127.0.0.1:7443', false],
    ['https://vault.azure.net.example.test', false],
    ['https://evilvault.azure.net', false],
  ])('%s', (url, isMicrosoft) => expect(isMicrosoftVault(url)).toBe(isMicrosoft));
});
