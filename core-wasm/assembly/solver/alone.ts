import { TIED, TIED_RUNS } from '../layout';
import { SUBSTEP_COUNT } from '../limits';
import { constraint } from './constraint';
import { integratePosition, integrateVelocity } from './integrate';
import { push, relax, warmStart } from './solve-contacts';
import { isTied, solvedCount, solvedEnd, solvedSlot } from './solved';
import { SolverBody, solverBody } from './solver-body';

/**
 * Who meets only what never moves is solved alone, all substeps at once: what he is and what he
 * stands on stays in the fastest memory meanwhile. It is the same arithmetic in the same order, for
 * nobody else has a share in it. The tied are listed for the passes that compute them together.
 */

let tied: i32 = 0;
let runs: i32 = 0;

export function solveAlone(): void {
  tied = 0;
  runs = 0;
  let first = 0;
  const bodies = solvedCount();
  for (let i = 0; i < bodies; i++) {
    const slot = solvedSlot(i);
    const end = solvedEnd(i);
    if (isTied(slot)) listTied(slot, first, end);
    else solveOne(solverBody(slot), first, end);
    first = end;
  }
}

function solveOne(s: SolverBody, first: i32, end: i32): void {
  for (let substep = 0; substep < SUBSTEP_COUNT; substep++) {
    integrateVelocity(s);
    if (substep == 0) for (let i = first; i < end; i++) warmStart(constraint(i));
    for (let i = first; i < end; i++) push(constraint(i));
    integratePosition(s);
    for (let i = first; i < end; i++) relax(constraint(i), (substep & 1) != 0);
  }
}

function listTied(slot: i32, first: i32, end: i32): void {
  store<u16>(TIED + ((<usize>tied) << 1), <u16>slot);
  tied++;
  if (first == end) return;
  if (runs > 0 && runEnd(runs - 1) == first) {
    runs--;
  } else {
    store<i32>(TIED_RUNS + ((<usize>runs) << 3), first);
  }
  store<i32>(TIED_RUNS + ((<usize>runs) << 3), end, 4);
  runs++;
}

export function tiedCount(): i32 {
  return tied;
}

/** Ascending. */
export function tiedSlot(index: i32): i32 {
  return <i32>load<u16>(TIED + ((<usize>index) << 1));
}

/** Constraints of the tied, in order, as runs from a first one up to an end. */
export function runCount(): i32 {
  return runs;
}

export function runStart(run: i32): i32 {
  return load<i32>(TIED_RUNS + ((<usize>run) << 3));
}

export function runEnd(run: i32): i32 {
  return load<i32>(TIED_RUNS + ((<usize>run) << 3), 4);
}
