import type { WebGLRenderer } from 'three';

/** A headset that is worn: what the page needs to know about the running XR session. */
export interface VrSession {
  readonly session: XRSession;
  /** True when the origin is on the floor; else it is near the eyes and must be lifted. */
  readonly hasFloor: boolean;
}

export type VrEntry =
  | { readonly kind: 'entered'; readonly vr: VrSession }
  /** In plain words, for the page. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Whether a headset could be entered; false where the browser has no WebXR at all. */
export async function isVrSupported(): Promise<boolean> {
  if (navigator.xr === undefined) return false;
  return navigator.xr.isSessionSupported('immersive-vr').catch(() => false);
}

/**
 * Asks for the headset; call from a click. After an entry `onEnd` runs once, whoever ends the
 * session. `framebufferScale` cannot change until the next entry.
 */
export async function enterVr(
  renderer: WebGLRenderer,
  framebufferScale: number,
  onEnd: () => void,
): Promise<VrEntry> {
  if (navigator.xr === undefined) return { kind: 'refused', reason: 'This browser has no WebXR.' };
  let session: XRSession;
  try {
    session = await navigator.xr.requestSession('immersive-vr', {
      optionalFeatures: ['local-floor', 'hand-tracking', 'layers'],
    });
  } catch (error) {
    return { kind: 'refused', reason: `The headset did not start: ${String(error)}` };
  }
  const hasFloor = await session
    .requestReferenceSpace('local-floor')
    .then(() => true)
    .catch(() => false);
  renderer.xr.setReferenceSpaceType(hasFloor ? 'local-floor' : 'local');
  renderer.xr.setFramebufferScaleFactor(framebufferScale);
  try {
    await renderer.xr.setSession(session);
  } catch (error) {
    await session.end().catch(() => {});
    return { kind: 'refused', reason: `The headset could not be drawn to: ${String(error)}` };
  }
  // Three's own event: the session's comes before three has put the flat canvas back.
  const ended = (): void => {
    renderer.xr.removeEventListener('sessionend', ended);
    onEnd();
  };
  renderer.xr.addEventListener('sessionend', ended);
  return { kind: 'entered', vr: { session, hasFloor } };
}

/** Asks for the offered rate nearest to `wantedHz` from below; a refusal changes nothing. */
export function requestFrameRate(session: XRSession, wantedHz: number): void {
  const rates = session.supportedFrameRates;
  if (rates === undefined || session.updateTargetFrameRate === undefined) return;
  let best = 0;
  for (const rate of rates) if (rate <= wantedHz && rate > best) best = rate;
  if (best > 0 && best !== session.frameRate)
    void session.updateTargetFrameRate(best).catch(() => {});
}

/** Hands and head are only to be trusted while the player looks at this and nothing over it. */
export function isAttentive(session: XRSession): boolean {
  return session.visibilityState === 'visible';
}
