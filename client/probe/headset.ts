import { metaQuest3, XRDevice } from 'iwer';

/**
 * Runs in a page before the app does: puts an emulated Quest 3 on `navigator.xr` and leaves it at
 * `globalThis.headset`, for a test to move.
 */
const headset = new XRDevice(metaQuest3);
headset.installRuntime({ forceInstall: true });
Object.defineProperty(globalThis, 'headset', { value: headset });
