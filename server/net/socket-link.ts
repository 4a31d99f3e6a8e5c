import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Admission, Link, SendResult } from '../ports.ts';
import { createMeter, type Meter } from './token-bucket.ts';
import type { ListenOptions } from './transport.ts';

/** What `SocketLink` needs of an engine's socket; never called after the socket's close event. */
export interface EngineSocket {
  /** Copies `bytes` out before it returns. */
  send(bytes: Uint8Array): Exclude<SendResult, 'closed'>;
  bufferedBytes(): number;
  /** Sends a close frame behind what is buffered. */
  end(code: number, reason: string): void;
  /** Ends the connection without a word. */
  cut(): void;
}

/** RFC 6455, 5.5: a control frame carries at most 125 bytes, two of them the close code. */
const REASON_BYTES_MAX = 123;
/** Pings and pongs pass no meter of the session; browsers send none, proxies a few a minute. */
const CONTROL_LIMITS = { messagesPerSecond: 2, bytesPerSecond: 250 };

/** One socket of an engine that calls back, bent into what `transport.ts` promises. */
export class SocketLink implements Link {
  private open = true;
  /**
   * A send did not go straight out: `onDrain` is owed. Until then no more is buffered than what a
   * handler answered last, and the engine need not be asked, a call out of JavaScript a message.
   */
  private clogged = false;
  private controlMeter: Meter | null = null;

  constructor(
    readonly id: number,
    readonly admission: Admission,
    private readonly socket: EngineSocket,
    private readonly options: ListenOptions,
  ) {}

  send(bytes: Uint8Array): SendResult {
    if (!this.open) return 'closed';
    // The engines compare what is buffered before a message with their limit, so that one message
    // of any size passes it; counting the message in makes the bound a bound.
    const over = this.bufferedBytes() + bytes.length > this.options.limits.hardBufferBytes;
    const result = over ? 'dropped' : this.socket.send(bytes);
    if (result !== 'sent') this.clogged = true;
    return result;
  }

  bufferedBytes(): number {
    return this.open && this.clogged ? this.socket.bufferedBytes() : 0;
  }

  close(code: number, reason: string): void {
    if (!this.open) return;
    this.open = false;
    if (code === CloseCode.TOO_SLOW) this.socket.cut();
    else this.socket.end(code, fitReason(reason));
    this.options.events.onClose(this, code);
  }

  /** The engine's message event; null stands for a text message. */
  received(bytes: Uint8Array | null): void {
    if (!this.open) return;
    if (bytes === null) this.close(CloseCode.MALFORMED, 'text message');
    else if (bytes.length > this.options.limits.messageBytesMax) {
      this.close(CloseCode.TOO_BIG, `over ${this.options.limits.messageBytesMax} bytes`);
    } else this.options.events.onMessage(this, bytes);
  }

  /** The engine's ping and pong events. */
  receivedControl(bytes: number): void {
    if (!this.open) return;
    this.controlMeter ??= createMeter(CONTROL_LIMITS);
    if (!this.controlMeter.take(bytes, this.options.clock.nowMs())) {
      this.close(CloseCode.FLOOD, 'control frames');
    }
  }

  /** The engine's drain event, which may come while bytes are still buffered. */
  drained(): void {
    if (!this.open || !this.clogged || this.socket.bufferedBytes() > 0) return;
    this.clogged = false;
    this.options.events.onDrain(this);
  }

  /** The engine's close event; silent when the close was ours. */
  gone(code: number): void {
    if (!this.open) return;
    this.open = false;
    this.options.events.onClose(this, code);
  }
}

function fitReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES_MAX) return reason;
  return bytes
    .subarray(0, REASON_BYTES_MAX)
    .toString()
    .replace(/\uFFFD+$/, '');
}
