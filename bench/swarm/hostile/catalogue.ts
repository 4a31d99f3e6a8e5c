import { DOOR_CHEATS } from './door-cheats.ts';
import { MESSAGE_CHEATS } from './message-cheats.ts';
import { PLAY_CHEATS } from './play-cheats.ts';
import { SLOW_CHEATS } from './slow-cheats.ts';
import type { Cheat } from './stage.ts';

/** Every cheat and flood that we know of; a new one is a line more. */
export const CHEATS: readonly Cheat[] = [
  ...DOOR_CHEATS,
  ...MESSAGE_CHEATS,
  ...PLAY_CHEATS,
  ...SLOW_CHEATS,
];
