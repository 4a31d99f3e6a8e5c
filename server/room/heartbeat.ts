import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { HELLO_TIMEOUT_MS } from '../session/session.ts';
import type { Room } from './room.ts';

/** Closes sockets that never introduced themselves or have gone silent. */
export function closeSilent(room: Room): void {
  const nowMs = room.clock.nowMs();
  const silentMs = room.limits.heartbeatSeconds * 1000;
  for (const session of room.sessions.values()) {
    if (session.state === 'greeting' && nowMs - session.openedMs > HELLO_TIMEOUT_MS) {
      session.link.close(CloseCode.NO_HELLO, 'no hello');
    } else if (nowMs - session.heardMs > silentMs) {
      session.link.close(CloseCode.SILENT, 'nothing was heard');
    }
  }
}
