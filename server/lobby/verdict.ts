/** Why a socket must be closed; null when it may stay. */
export type Verdict = { readonly code: number; readonly reason: string } | null;
