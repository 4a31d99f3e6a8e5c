import { HEADER_BYTES, STATE } from '../layout';

/** First record of STATE. */
@unmanaged
@final
export class Header {
  tick: u32;
  seed: u32;
  moverCount: i32;
  playerCount: i32;
  contactCount: i32;
  /** One more than the highest entity index that was ever used. */
  entityHigh: i32;
  staticCount: i32;
  /** 1 where nothing may sleep. */
  restless: u32;
  jointCount: i32;
  definitionCount: i32;
  /** Height of the water's surface along −gravity, m; `WATER_NONE_M` where there is none. */
  waterLevel: f32;
  reserved: u32;
  /** m/s²; lane 3 is zero. */
  gravity: v128;
}

export function header(): Header {
  return changetype<Header>(STATE);
}

assert(offsetof<Header>() == HEADER_BYTES);
