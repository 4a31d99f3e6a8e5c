import { findPairs } from '../broadphase/pairs';
import { collectContacts } from '../contact/collect';
import { keepContacts } from '../contact/keep';
import { beginGroups, uniteIslands } from '../island/groups';
import { clearIslands, flattenIslands, restIslands, unitePairs } from '../island/islands';
import { finishPart, selectPart } from '../island/part';
import { uniteReach } from '../island/reach';
import { selectAwake } from '../island/select';
import { prepareGrabs, solveGrabs } from '../joint/grab';
import { uniteJoined } from '../joint/joint-pairs';
import { keepJoints, prepareJoints, solveJoints, warmStartJoints } from '../joint/solve-joints';
import { SUBSTEP_COUNT } from '../limits';
import { drivePlayers } from '../player/drive';
import { updateGrips } from '../player/grip';
import { driveHands } from '../player/hands';
import { integratePositions, integrateVelocities } from '../solver/integrate';
import {
  applyRestitution,
  pushContacts,
  relaxContacts,
  warmStartContacts,
} from '../solver/solve-contacts';
import { loadSolverBodies } from '../solver/solver-body';
import { applyFrame } from '../wire/frame';
import { WireFault } from '../wire/reader';
import { takeFaults } from './fault';
import { findGround, finishBodies } from './finish';
import { header } from './header';
import { checkState } from './snapshot';

/** One tick: state(t + 1) = step(state(t), frame(t)). Returns the bits of `StepFault`. */
export function step(): i32 {
  compute(false);
  return takeFaults();
}

/**
 * The same tick as far as news touched it; see `island/part.ts`. STAGING holds the old timeline's
 * next state, OLD_ISLANDS the islands of its tick. −1 when the timelines cannot be compared: the
 * state is then nobody's, and the tick must be taken from its beginning, whole.
 */
export function stepPart(length: i32): i32 {
  if (checkState(length) != WireFault.NONE) return -1;
  compute(true);
  return finishPart() ? takeFaults() : -1;
}

function compute(isPart: bool): void {
  beginGroups();
  applyFrame();

  drivePlayers();
  driveHands();
  updateGrips();

  if (isPart) selectPart();
  else selectAwake();
  const pairCount = findPairs();
  clearIslands();
  unitePairs(pairCount);
  uniteJoined();
  uniteReach();
  flattenIslands();
  uniteIslands();
  loadSolverBodies();
  collectContacts(pairCount);
  prepareJoints();
  prepareGrabs();

  for (let substep = 0; substep < SUBSTEP_COUNT; substep++) {
    integrateVelocities();
    warmStartJoints();
    if (substep == 0) warmStartContacts();
    solveGrabs();
    solveJoints(true);
    pushContacts();
    integratePositions();
    solveJoints(false);
    relaxContacts((substep & 1) != 0);
  }
  applyRestitution();

  keepJoints();
  keepContacts();
  finishBodies();
  restIslands();
  findGround();

  header().tick++;
}
