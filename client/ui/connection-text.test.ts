import { describe, expect, test } from 'bun:test';
import { CloseCode, mayReturn } from '../../core-wasm/host/close-code.ts';
import { KeepingState } from '../../core-wasm/host/messages.ts';
import { connectionText } from './connection-text.ts';

const live = {
  connection: 'live',
  reason: '',
  retryInMs: 0,
  closeCode: 0,
  keeping: { state: KeepingState.SOUND, unsoundMs: 0, durableFrame: 9 },
} as const;

const kept = (state: KeepingState, unsoundMs: number) => ({
  ...live,
  keeping: { state, unsoundMs, durableFrame: 9 },
});

describe('connectionText', () => {
  test('counts down to the next attempt', () => {
    const lost = { ...live, connection: 'reconnecting', retryInMs: 3200 } as const;
    expect(connectionText(lost).text).toBe('Connection lost: trying again in 4 s');
    expect(connectionText({ ...lost, retryInMs: 0 }).text).toEndWith('trying again now');
    expect(connectionText({ ...lost, closeCode: CloseCode.REGION_FULL }).text).toContain('full');
  });

  test('says to reload exactly where coming back by itself is no use', () => {
    for (const closeCode of Object.values(CloseCode)) {
      const connection = mayReturn(closeCode) ? 'reconnecting' : 'closed';
      const { reload, text, mood } = connectionText({ ...live, connection, closeCode });
      expect(reload).toBe(!mayReturn(closeCode));
      expect(text).not.toContain('undefined');
      expect(mood).toBe('lost');
      if (reload) expect(text).toContain('Reload');
    }
  });

  test('a close that it does not know is told with the server’s own reason', () => {
    const closed = { ...live, connection: 'closed', closeCode: 4999, reason: 'moved' } as const;
    expect(connectionText(closed).text).toContain('moved');
  });

  test('tells a world that stands still from a lost connection', () => {
    const paused = kept(KeepingState.PAUSED, 40_000);
    const { mood, text } = connectionText(paused);
    expect(mood).toBe('lost');
    expect(text).toContain('stands still');
    expect(text).toContain('still connected');
    expect(connectionText({ ...paused, connection: 'joining' }).text).toContain('stands still');
    const cut = { ...paused, connection: 'reconnecting' } as const;
    expect(connectionText(cut).text).toStartWith('Connection lost');
  });

  test('says how long nothing was saved, once that is worth a word', () => {
    expect(connectionText(kept(KeepingState.BEHIND, 2900))).toEqual(connectionText(live));
    const told = connectionText(kept(KeepingState.BEHIND, 12_700));
    expect(told).toEqual({ mood: 'busy', text: 'Live, but not saved for 12 s', reload: false });
  });

  test('while all is well it is short', () => {
    expect(connectionText(live)).toEqual({ mood: 'live', text: 'Live', reload: false });
  });
});
