/**
 * What the bench uses of the peer's packages. They are declared here because they are installed
 * only where the bench has run: the checks must not depend on that.
 */
declare module '@colyseus/schema' {
  interface Iterator {
    offset: number;
  }
  class Schema {}
  class MapSchema<T> {
    readonly size: number;
    set(key: string, item: T): this;
    get(key: string): T | undefined;
    delete(key: string): boolean;
    entries(): IterableIterator<[string, T]>;
  }
  class StateView {
    add(item: object): void;
    remove(item: object): void;
    dispose(): void;
  }
  interface Field {
    view(): Field;
  }
  const t: { map(element: new () => Schema): Field };
  function schema(fields: Readonly<Record<string, Field>>, name: string): new () => Schema;
  function type(identifier: string): (prototype: object, field: string) => void;
  function registerType(
    identifier: string,
    codec: {
      encode(bytes: Uint8Array, value: Uint8Array, it: Iterator): void;
      decode(bytes: Uint8Array, it: Iterator): Uint8Array;
    },
  ): void;
  const Encoder: { BUFFER_SIZE: number };
  interface Decoder<S> {
    readonly state: S;
    decode(bytes: Uint8Array, it: Iterator): void;
  }
  const Reflection: { decode<S>(bytes: Uint8Array, it: Iterator): Decoder<S> };
  const decode: { number(bytes: Uint8Array, it: Iterator): number };
}

declare module '@colyseus/core' {
  import type { StateView } from '@colyseus/schema';

  interface Client {
    readonly sessionId: string;
    view?: StateView;
  }
  class Room<S> {
    state: S;
    patchRate: number;
    autoDispose: boolean;
    maxClients: number;
    onMessageBytes(type: number, take: (client: Client, bytes: Uint8Array) => void): void;
    onBeforePatch(): void;
  }
  class Server {
    constructor(options: { transport: object; greet: boolean });
    define(name: string, room: new () => object, options: object): void;
    listen(port: number): Promise<void>;
  }
}

declare module '@colyseus/uwebsockets-transport' {
  class uWebSocketsTransport {
    constructor(options: { maxPayloadLength: number; maxBackpressure: number });
    readonly _listeningSocket: object;
  }
}
