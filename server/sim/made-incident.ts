import { IDLE, TestAuthority } from '../../client/predict/test-authority.ts';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import type { Incident, IncidentFrame } from '../../core-wasm/host/incident-file.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';

/** Frames of a made incident. */
export const MADE_FRAMES = 8;

/** How a made incident goes wrong; nothing does when left out. */
export interface MadeFault {
  /** Before the client's tick so many ticks after the first is noted and computed. */
  readonly spoil?: (core: Core, tick: number) => void;
  /** After the client has noted the tick. */
  readonly spoilLate?: (core: Core, tick: number) => void;
  /** The server's own core, before its frame is sealed. */
  readonly spoilServer?: (core: Core, frame: number) => void;
  /** What the client was sent in place of a sealed frame. */
  readonly send?: (bytes: Uint8Array, frame: number, core: Core) => Uint8Array;
}

/** A client of the whole world that computes what it is given, and a server that keeps its half. */
export async function makeIncident(module: CoreModule, fault: MadeFault = {}): Promise<Incident> {
  const authority = await TestAuthority.create(module, 2, 6);
  for (let i = 0; i < 20; i++) authority.seal();
  const core = await Core.create(module);
  core.restore(authority.core.snapshot());
  const firstTick = core.tick;
  const frames: IncidentFrame[] = [];
  const sealed: Uint8Array[] = [];
  for (let i = 0; i < MADE_FRAMES; i++) {
    const { frame } = core;
    fault.spoilServer?.(authority.core, i);
    const [player = 0] = authority.players;
    const walking = { ...IDLE, moveZ: 100 };
    const input = { intents: [walking, walking, walking] as const, pose: null };
    authority.receive(player, frame, core.encodeEntry(input));
    const whole = authority.seal();
    sealed.push(whole);
    const bytes = fault.send?.(whole, i, core) ?? whole;
    const state = core.snapshot();
    const hashes: bigint[] = [];
    core.stepFrame(bytes, () => {
      fault.spoil?.(core, core.tick - firstTick);
      hashes.push(core.movingHash());
      fault.spoilLate?.(core, core.tick - firstTick);
    });
    const none = { leaves: new Uint32Array(0), enter: new Uint8Array(0) };
    frames.push({ frame, state, bytes, ...none, hashes });
  }
  const state = authority.core.snapshot();
  authority.core.proofOf(state);
  const part = authority.core.exportPart(state, authority.core.provenMovers());
  if (part === null) throw new Error('all movers are no part');
  const { frame } = core;
  const nothing = { bytes: new Uint8Array(0), leaves: new Uint32Array(0), hashes: [0n, 0n, 0n] };
  frames.push({ frame, state: core.snapshot(), enter: new Uint8Array(0), ...nothing });
  return {
    head: {
      protocol: 5,
      coreHash: module.hash,
      account: 100,
      entity: authority.players[0] as number,
      frame,
      expected: 'a',
      got: 'b',
      fault: 'differs',
      isProven: true,
    },
    frames,
    server: { note: { frame, kind: 'islands', differing: [] }, part, frames: sealed },
  };
}

/** The tick so many ticks after the first of an incident. */
export function tickOf({ frames }: Incident, ticks: number): number {
  return (frames[0]?.frame ?? 0) * TICKS_PER_FRAME + ticks;
}
