/** Commands of a frame by number; the same as `Command` of `assembly/wire/command.ts`. */
export const CommandKind = {
  SPAWN_BODY: 1,
  SPAWN_PLAYER: 2,
  DESPAWN: 3,
  IMPULSE: 4,
  SET_KIND: 5,
  ADD_JOINT: 6,
  REMOVE_JOINT: 7,
  SET_RESTLESS: 16,
  SET_REGION: 17,
  CHARGE: 18,
  DEFINE_HULL: 24,
  DEFINE_COMPOUND: 25,
} as const;
