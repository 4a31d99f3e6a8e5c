import { Joint } from '../../joint/joint';
import { DEFINITION_BYTES, JOINT_BYTES } from '../../layout';
import { isDecoding } from '../pack/coder';
import { Flag, Float, Row, Tree } from './context';
import { codeChoice, codeFlag, codeFloat, codeRound, codeWord } from './model';
import { codeReference } from './roster';

/** Joints and what is defined: rare, so word by word. */

let jointBefore: u32 = 0;

export function beginRest(): void {
  jointBefore = 0;
}

export function codeJoint(j: Joint): void {
  const at = changetype<usize>(j);
  j.id = codeWord(Row.INDEX, jointBefore + 1, j.id);
  jointBefore = j.id;
  j.bodyA = codeReference(0, j.bodyA);
  j.bodyB = codeFlag(Flag.IS_NOT_TERRAIN + 2, j.bodyB != 0) ? codeReference(0, j.bodyB) : 0;
  store<u32>(at, codeWord(Row.WORD, 0, load<u32>(at, 12)), 12);
  for (let i: usize = 16; i < <usize>JOINT_BYTES; i += 4) codeNumber(at + i);
}

function codeNumber(at: usize): void {
  store<f32>(at, codeRound(Flag.JOINT_WORD_ODD, Row.MATERIAL, Float.WORD, load<f32>(at)));
}

const DEFINITION_WORDS: u32 = DEFINITION_BYTES / 4;

/** Its words up to the last that is not zero. */
export function codeDefinition(at: usize): void {
  let used: u32 = DEFINITION_WORDS;
  if (!isDecoding()) {
    while (used > 0 && load<u32>(at + ((<usize>used) << 2) - 4) == 0) used--;
  }
  used = min<u32>(DEFINITION_WORDS, codeChoice(Tree.USED_WORDS, 7, used));
  for (let word: u32 = 0; word < used; word++) {
    const place = at + ((<usize>word) << 2);
    store<f32>(place, codeFloat(Float.WORD, load<f32>(place)));
  }
}
