import type { Core } from '../../core-wasm/host/core.ts';
import { type Ghost, ghostKeyOf } from '../../core-wasm/host/ghost.ts';
import { INTEREST } from '../room/observers.ts';

export const GHOST_RADIUS_M = INTEREST.ghostRadius as number;
/** A ghost stands below the head, which leans, and his distance is rounded. */
const SLACK_M = 1.5;

/** Holds the ghosts that one client is told of to be near, and to be nobody whom he has. */
export interface GhostCheck {
  /** After the frame's steps: what is wrong, or null. `entity` is the client's own player. */
  meet(told: readonly Ghost[], entity: number, present: ReadonlySet<number>): string | null;
  /** Ghosts that were told, each as often as he was. */
  readonly count: number;
  readonly accounts: ReadonlySet<number>;
}

/** `radius` in metres, as the server's interest has it. */
export function createGhostCheck(core: Core, radius: number): GhostCheck {
  const accounts = new Set<number>();
  const own = new Float32Array(3);
  let count = 0;
  return {
    accounts,
    get count() {
      return count;
    },
    meet(told, entity, present) {
      if (told.length === 0) return null;
      if (!core.bodyPosition(entity, own)) return 'ghosts are told to nobody';
      const members = new Set([...present].map(ghostKeyOf));
      for (const { key, account, position } of told) {
        count++;
        accounts.add(account);
        const [x, , z] = position;
        const metres = Math.hypot(x - (own[0] as number), z - (own[2] as number));
        if (metres > radius + SLACK_M) return `a ghost is ${metres} m away`;
        if (members.has(key)) return 'a ghost of a member';
      }
      return null;
    },
  };
}
