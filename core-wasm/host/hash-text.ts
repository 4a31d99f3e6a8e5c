/** A state's hash as operators see it everywhere: 16 hex digits, so that equal ones look equal. */
export function hashText(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}
