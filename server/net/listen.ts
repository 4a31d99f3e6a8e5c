import type { TransportKind } from '../config.ts';
import type { Listener, ListenOptions } from './transport.ts';

/** Opens the socket engine that `kind` names; the other one is never even loaded. */
export async function listen(kind: TransportKind, options: ListenOptions): Promise<Listener> {
  if (kind === 'bun') return (await import('./listen-bun.ts')).listenBun(options);
  return (await import('./listen-uws.ts')).listenUws(options);
}
