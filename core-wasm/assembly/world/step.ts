import { pairCount } from '../broadphase/pair-list';
import { findPairs } from '../broadphase/pairs';
import { collectContacts } from '../contact/collect';
import { keepContacts } from '../contact/keep';
import { noteSensed } from '../contact/sense';
import { beginGroups, uniteIslands } from '../island/groups';
import { clearIslands, flattenIslands, restIslands, unitePairs } from '../island/islands';
import { finishPart } from '../island/part';
import { uniteReach } from '../island/reach';
import { selectActive } from '../island/select';
import { prepareGrabs, solveGrabs } from '../joint/grab';
import { uniteJoined } from '../joint/joint-pairs';
import { prepareSoles, solveSoles } from '../joint/sole';
import { keepJoints, prepareJoints, solveJoints, warmStartJoints } from '../joint/solve-joints';
import { SUBSTEP_COUNT } from '../limits';
import { drivePlayers } from '../player/drive';
import { updateGrips } from '../player/grip';
import { findGround } from '../player/ground';
import { driveHands } from '../player/hands';
import { findParts } from '../player/parts';
import { solveAlone } from '../solver/alone';
import { integratePositions, integrateVelocities } from '../solver/integrate';
import {
  applyRestitution,
  pushContacts,
  relaxContacts,
  warmStartContacts,
} from '../solver/solve-contacts';
import { findSolved } from '../solver/solved';
import { loadSolverBodies } from '../solver/solver-body';
import { pullBodies } from '../water/buoyancy';
import { applyFrame } from '../wire/frame';
import { WireFault } from '../wire/reader';
import { beginEvents } from './events';
import { takeFaults } from './fault';
import { finishBodies } from './finish';
import { header } from './header';
import { checkState } from './snapshot';
import { at, closeStage, isBetweenTicks, openStage, Stage } from './stage';

/** One tick: state(t + 1) = step(state(t), frame(t)). Returns the bits of `StepFault`. */
export function step(): i32 {
  assert(isBetweenTicks());
  compute(false);
  return takeFaults();
}

/**
 * The next call of the same tick alone: made until it returns −1, it is `step` bit for bit. Returns
 * the call's stage; the faults are the caller's to take.
 */
export function stepStage(): i32 {
  openStage();
  compute(false);
  return closeStage();
}

/**
 * The same tick as far as news touched it; see `island/part.ts`. STAGING holds the old timeline's
 * next state, OLD_ISLANDS the islands of its tick. −1 when the timelines cannot be compared: the
 * state is then nobody's, and the tick must be taken from its beginning, whole.
 */
export function stepPart(length: i32): i32 {
  assert(isBetweenTicks());
  if (checkState(length) != WireFault.NONE) return -1;
  compute(true);
  return finishPart() ? takeFaults() : -1;
}

/** Each line is a call and the stage that its time counts for; see `stage.ts`. */
function compute(isPart: bool): void {
  if (at(Stage.INPUT)) beginEvents();
  if (at(Stage.INPUT)) beginGroups();
  if (at(Stage.INPUT)) applyFrame();

  if (at(Stage.PLAYERS)) findParts();
  if (at(Stage.PLAYERS)) drivePlayers();
  if (at(Stage.PLAYERS)) driveHands();
  if (at(Stage.PLAYERS)) updateGrips();

  if (at(Stage.SELECT)) selectActive(isPart);
  if (at(Stage.BROADPHASE)) findPairs();
  if (at(Stage.ISLANDS)) clearIslands();
  if (at(Stage.ISLANDS)) unitePairs(pairCount());
  if (at(Stage.ISLANDS)) uniteJoined();
  if (at(Stage.ISLANDS)) uniteReach();
  if (at(Stage.ISLANDS)) flattenIslands();
  if (at(Stage.ISLANDS)) uniteIslands();
  if (at(Stage.LOAD)) findSolved();
  if (at(Stage.LOAD)) pullBodies();
  if (at(Stage.LOAD)) loadSolverBodies();
  if (at(Stage.NARROWPHASE)) collectContacts(pairCount());
  if (at(Stage.PREPARE_JOINTS)) prepareJoints();
  if (at(Stage.PREPARE_JOINTS)) prepareGrabs();
  if (at(Stage.PREPARE_JOINTS)) prepareSoles();
  if (at(Stage.ALONE)) solveAlone();

  for (let substep = 0; substep < SUBSTEP_COUNT; substep++) {
    if (at(Stage.VELOCITIES)) integrateVelocities();
    if (at(Stage.WARM_START)) warmStartJoints();
    if (substep == 0 && at(Stage.WARM_START)) warmStartContacts();
    if (at(Stage.JOINTS)) solveGrabs();
    if (at(Stage.JOINTS)) solveSoles();
    if (at(Stage.JOINTS)) solveJoints(true);
    if (at(Stage.PUSH)) pushContacts();
    if (at(Stage.POSITIONS)) integratePositions();
    if (at(Stage.RELAX_JOINTS)) solveJoints(false);
    if (at(Stage.RELAX)) relaxContacts((substep & 1) != 0);
  }
  if (at(Stage.RESTITUTION)) applyRestitution();

  if (at(Stage.KEEP)) keepJoints();
  if (at(Stage.KEEP)) noteSensed();
  if (at(Stage.KEEP)) keepContacts();
  if (at(Stage.FINISH)) finishBodies();
  if (at(Stage.SLEEP)) restIslands();
  if (at(Stage.GROUND)) findGround();

  if (at(Stage.FINISH)) header().tick++;
}
