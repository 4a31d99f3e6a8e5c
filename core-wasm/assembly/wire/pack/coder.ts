import { TRACE, TRACE_CAPACITY } from '../../layout';
import * as Context from './context';
import { PROBABILITIES } from './prior';

/**
 * A binary range coder with fixed probabilities (12 bits, of a 0), after G. N. N. Martin, "Range
 * encoding", 1979. One `decide` serves both ways, so that a model is written once: encoding takes
 * the bit and gives it back, decoding gives the bit that comes.
 *
 * A chunk tells its own end. Both sides know the last interval, and the encoder writes the fewest
 * bytes of which every continuation lies in it; the decoder computes the same number, so no length
 * stands on the wire and whatever follows cannot disturb. It takes no other bytes than those that
 * the encoder would have written. A length byte a chunk, and rANS, whose final state costs two
 * bytes, were rejected: a chunk is 5 to 9 bytes.
 */

const PROBABILITY_BITS: u32 = 12;
const RANGE_LEAST: u32 = 1 << 24;

let decoding: bool = false;
let low: u32 = 0;
let range: u32 = 0;
/** The bytes that come, at the weight of `low`. */
let code: u32 = 0;
let start: usize = 0;
let at: usize = 0;
let end: usize = 0;
/** Bytes by which `low` was moved up: what is written, or what lies behind the decoder. */
let shifted: i32 = 0;
/** For the training alone: noting each decision costs the coder a tenth of its time. */
let tracing: bool = false;
let traced: i32 = 0;
/** More came than there is room for. */
let full: bool = false;

/** Room for `capacity` bytes at `to`. */
export function beginEncode(to: usize, capacity: i32): void {
  begin(to, capacity);
  decoding = false;
  traced = 0;
}

/** `available` bytes stand at `from`; zeros are read behind them. */
export function beginDecode(from: usize, available: i32): void {
  begin(from, available);
  decoding = true;
  code = 0;
  for (let i = 0; i < 4; i++) code = (code << 8) | nextByte();
}

function begin(address: usize, length: i32): void {
  start = address;
  at = address;
  end = address + <usize>length;
  low = 0;
  range = 0xffffffff;
  shifted = 0;
  full = false;
}

function nextByte(): u32 {
  const byte = at < end ? <u32>load<u8>(at) : 0;
  at++;
  return byte;
}

/** One bit under the probability of `context`. */
export function decide(context: u32, bit: bool): bool {
  if (tracing) trace((context << 1) | u32(bit));
  return decideBy(<u32>load<u16>(PROBABILITIES + ((<usize>context) << 1)), bit);
}

/** One bit that is 0 with a probability of `zero` parts in 4096, 1 … 4095. */
export function decideBy(zero: u32, bit: bool): bool {
  const bound = (range >>> PROBABILITY_BITS) * zero;
  const one = decoding ? code - low >= bound : bit;
  // Without a branch on what nobody can foresee.
  const sum = low + (bound & -u32(one));
  if (sum < low && !decoding) carry();
  low = sum;
  range = select(range - bound, bound, one);
  while (range < RANGE_LEAST) shift();
  return one;
}

/** `count` bits that nothing is known of, highest first. */
export function decideBits(count: i32, bits: u32): u32 {
  let value: u32 = 0;
  for (let i = count - 1; i >= 0; i--) {
    value = (value << 1) | u32(decide(Context.EVEN, ((bits >>> i) & 1) != 0));
  }
  return value;
}

/** Up to 16 bits at once that nothing is known of; `bits` has no others. */
export function decideEven(count: i32, bits: u32): u32 {
  range >>>= count;
  const value = decoding ? min<u32>((code - low) / range, (1 << count) - 1) : bits;
  const sum = low + value * range;
  if (sum < low && !decoding) carry();
  low = sum;
  while (range < RANGE_LEAST) shift();
  return value;
}

function shift(): void {
  if (decoding) code = (code << 8) | nextByte();
  else writeByte(low >>> 24);
  low <<= 8;
  range <<= 8;
  shifted++;
}

function writeByte(byte: u32): void {
  full = full || at == end;
  if (full) return;
  store<u8>(at, <u8>byte);
  at++;
}

/** A whole stands for less than 1, so the carry ends before the first byte. */
function carry(): void {
  if (full) return;
  let place = at - 1;
  while (load<u8>(place) == 0xff) {
    store<u8>(place, 0);
    place--;
  }
  assert(place >= start);
  store<u8>(place, load<u8>(place) + 1);
}

/** Fewest bytes, 1 … 4, such that some value of them has all its continuations in the interval. */
function lastBytes(): i32 {
  let bytes = 1;
  while (lastValue(bytes) + unitOf(bytes) > <u64>low + <u64>range) bytes++;
  return bytes;
}

function unitOf(bytes: i32): u64 {
  return (<u64>1) << (32 - 8 * bytes);
}

function lastValue(bytes: i32): u64 {
  const unit = unitOf(bytes);
  return (<u64>low + unit - 1) & ~(unit - 1);
}

/** Length of the chunk; −1 when there was no room for it. */
export function finishEncode(): i32 {
  const bytes = lastBytes();
  const value = lastValue(bytes);
  if (value >>> 32 != 0) carry();
  for (let i = 0; i < bytes; i++) writeByte(<u32>((value >>> (24 - 8 * i)) & 0xff));
  return full ? -1 : <i32>(at - start);
}

/** Whether the decoder reads far behind the end of what there is. */
export function isExhausted(): bool {
  return at > end + 8;
}

/** Length of the chunk; −1 when it ends too early, −2 when no encoder wrote it. */
export function finishDecode(): i32 {
  const bytes = lastBytes();
  const length = shifted + bytes;
  if (length > <i32>(end - start)) return -1;
  const unit = <u32>unitOf(bytes);
  const isOurs = code - low < range && (code & ~(unit - 1)) == <u32>lastValue(bytes);
  return isOurs ? length : -2;
}

/** What the encoder decided, for the training of the prior: context and bit, or a mark. */
export function trace(word: u32): void {
  store<u16>(TRACE + ((<usize>(traced & (TRACE_CAPACITY - 1))) << 1), <u16>word);
  traced++;
}

export function isDecoding(): bool {
  return decoding;
}

/** From now on what is encoded is traced. */
export function beginTracing(): void {
  tracing = true;
}

export function isTracing(): bool {
  return tracing;
}

export function traceCount(): i32 {
  return traced;
}
