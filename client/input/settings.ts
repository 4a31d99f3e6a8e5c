import type { KeptTexts } from '../storage.ts';

/** What a player may change; kept in the browser. */
export interface Settings {
  turn: 'snap' | 'smooth';
  snapAngleDegrees: number;
  /** Factor on mouse, touch and stick look speed, 0.25…3. */
  lookSensitivity: number;
  /** Strength of haptic pulses, 0 (off) … 1. */
  haptics: number;
}

export const SNAP_ANGLES_DEGREES: readonly number[] = [15, 30, 45, 60];
const KEY = 'spacetime.settings';

export function defaultSettings(): Settings {
  return { turn: 'snap', snapAngleDegrees: 45, lookSensitivity: 1, haptics: 1 };
}

/** Reads what was saved; anything missing, foreign or out of range becomes its default. */
export function loadSettings(storage: KeptTexts): Settings {
  const settings = defaultSettings();
  const saved = parse(storage.getItem(KEY));
  if (saved.turn === 'smooth') settings.turn = 'smooth';
  const angle = saved.snapAngleDegrees;
  if (typeof angle === 'number' && SNAP_ANGLES_DEGREES.includes(angle)) {
    settings.snapAngleDegrees = angle;
  }
  settings.lookSensitivity = inRange(saved.lookSensitivity, 0.25, 3, settings.lookSensitivity);
  settings.haptics = inRange(saved.haptics, 0, 1, settings.haptics);
  return settings;
}

export function saveSettings(storage: KeptTexts, settings: Settings): void {
  storage.setItem(KEY, JSON.stringify(settings));
}

function parse(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function inRange(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === 'number' && value >= least && value <= most ? value : otherwise;
}
