import { describe, expect, test } from 'bun:test';
import { addressKey, senderOf } from './address.ts';

describe('addressKey', () => {
  test('keeps IPv4, however it is written', () => {
    expect(addressKey('203.0.113.7')).toBe('203.0.113.7');
    expect(addressKey('::ffff:203.0.113.7')).toBe('203.0.113.7');
    expect(addressKey('::FFFF:cb00:7107')).toBe('203.0.113.7');
    expect(addressKey('0000:0000:0000:0000:0000:ffff:cb00:7107')).toBe('203.0.113.7');
  });

  test('cuts IPv6 to its /64, however it is written', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(addressKey('2001:0db8:0001:0002::')).toBe('2001:db8:1:2::/64');
    expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(addressKey('::1')).toBe('::1');
    expect(addressKey('0000:0000:0000:0000:0000:0000:0000:0001')).toBe('::1');
  });

  test('leaves alone what is no address', () => {
    for (const text of ['', 'unknown', '1:2:3', '::g', ':::::::::', '1::2::3::4::5::6::7::8::9']) {
      expect(typeof addressKey(text)).toBe('string');
    }
  });
});

describe('senderOf', () => {
  const request = (forwarded?: string) =>
    new Request('http://w/', forwarded ? { headers: { 'x-forwarded-for': forwarded } } : {});

  test('believes X-Forwarded-For of this machine only, and its last entry only', () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(senderOf(request(), { address })).toBeNull();
      expect(senderOf(request('9.9.9.9, 203.0.113.7'), { address })).toBe('203.0.113.7');
    }
    expect(senderOf(request('9.9.9.9'), { address: '203.0.113.8' })).toBe('203.0.113.8');
  });
});
