/** What of the browser's storage the page uses. */
export type KeptTexts = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * The browser's storage; where it is blocked or full, memory that lasts as long as the page. A
 * player without storage is a new guest at each visit, but plays.
 */
export function openStorage(): KeptTexts {
  const memory = new Map<string, string>();
  const inMemory: KeptTexts = {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, value),
  };
  try {
    const { localStorage } = globalThis;
    const probe = 'spacetime.probe';
    localStorage.setItem(probe, probe);
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return inMemory;
  }
}
