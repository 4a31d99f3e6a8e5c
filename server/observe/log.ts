import pino, { type Logger } from 'pino';
import type { LogLevel } from '../config.ts';
import type { Clock } from '../ports.ts';

export type { Logger };

/** Three parts of base64url, the first the beginning of a JSON object: a ticket, wherever it is. */
const TICKET = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
/** The password of a database or Redis address, as drivers put them into their errors. */
const PASSWORD = /(\b[a-z]+:\/\/[^\s:/@"]*:)[^\s@"]+@/g;

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Takes one line of JSON with its line feed; standard output unless given. */
  readonly write?: (line: string) => void;
}

/**
 * Lines of JSON, written before the call returns so that the last words of a crash are kept.
 * Secrets are cut from the finished line: redaction by key, as pino offers it, misses those that
 * stand in the text of an error.
 */
export function createLog(options: LogOptions): Logger {
  const write = options.write ?? writeToStdout();
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"timeMs":${options.clock.wallMs()}`,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line) => write(line.replace(TICKET, '[ticket]').replace(PASSWORD, '$1[secret]@')) },
  );
}

function writeToStdout(): (line: string) => void {
  const stdout = pino.destination({ fd: 1, sync: true });
  return (line) => void stdout.write(line);
}
