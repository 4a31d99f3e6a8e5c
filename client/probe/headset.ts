import { metaQuest3, XRDevice } from 'iwer';

/*
 * Runs in a page before the app does: puts an emulated Quest 3 on `navigator.xr` and leaves it at
 * `globalThis.headset`, for a test to move.
 */
rememberClearValues(WebGL2RenderingContext.prototype);
const headset = new XRDevice(metaQuest3);
headset.installRuntime({ forceInstall: true });
Object.defineProperty(globalThis, 'headset', { value: headset });

/**
 * The emulation asks WebGL for its clear values in every frame, which waits until the picture
 * before is finished: with a software renderer the page would do little else. They are answered
 * from what was set.
 */
function rememberClearValues(gl: WebGL2RenderingContext): void {
  const { getParameter, clearColor, clearDepth, clearStencil } = gl;
  const known = new Map<GLenum, unknown>([
    [gl.COLOR_CLEAR_VALUE, [0, 0, 0, 0]],
    [gl.DEPTH_CLEAR_VALUE, 1],
    [gl.STENCIL_CLEAR_VALUE, 0],
  ]);
  gl.getParameter = function (name) {
    return known.get(name) ?? getParameter.call(this, name);
  };
  gl.clearColor = function (red, green, blue, alpha) {
    known.set(gl.COLOR_CLEAR_VALUE, [red, green, blue, alpha]);
    clearColor.call(this, red, green, blue, alpha);
  };
  gl.clearDepth = function (depth) {
    known.set(gl.DEPTH_CLEAR_VALUE, depth);
    clearDepth.call(this, depth);
  };
  gl.clearStencil = function (stencil) {
    known.set(gl.STENCIL_CLEAR_VALUE, stencil);
    clearStencil.call(this, stencil);
  };
}
