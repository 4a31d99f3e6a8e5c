import { findPairs } from '../broadphase/pairs';
import { collectContacts } from '../contact/collect';
import { keepContacts } from '../contact/keep';
import { prepareGrabs, solveGrabs } from '../joint/grab';
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
import { takeFaults } from './fault';
import { findGround, finishBodies } from './finish';
import { header } from './header';

/** One tick: state(t + 1) = step(state(t), frame(t)). Returns the bits of `StepFault`. */
export function step(): i32 {
  applyFrame();

  drivePlayers();
  driveHands();
  updateGrips();

  const pairCount = findPairs();
  loadSolverBodies();
  collectContacts(pairCount);
  prepareGrabs();

  for (let substep = 0; substep < SUBSTEP_COUNT; substep++) {
    integrateVelocities();
    if (substep == 0) warmStartContacts();
    solveGrabs();
    pushContacts();
    integratePositions();
    relaxContacts();
  }
  applyRestitution();

  keepContacts();
  finishBodies();
  findGround();

  header().tick++;
  return takeFaults();
}
