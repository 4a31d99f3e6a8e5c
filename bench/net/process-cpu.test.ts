import { expect, test } from 'bun:test';
import { cpuSecondsOf, machineCpuSeconds, parseBusy, parseStat } from './process-cpu.ts';

test('reads a line of /proc/PID/stat whatever the process is called', () => {
  const line = '42 (a) R (b) S 7 42 42 0 -1 4194560 1 2 3 4 500 60 7 8 20 0 1 0 99';
  expect(parseStat(line)).toEqual({ parent: 7, seconds: 5.75 });
});

test('idle and waiting are not busy', () => {
  expect(parseBusy('cpu  100 20 30 9999 8888 4 5 6 0 0\ncpu0 1 1 1')).toBe(1.65);
});

test.skipIf(process.platform !== 'linux')('children count for who started them', async () => {
  const child = Bun.spawn({
    cmd: ['sh', '-c', 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read end'],
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value).trim()).toBe('done');
  const childS = cpuSecondsOf(child.pid) as number;
  expect(childS).toBeGreaterThan(0);
  expect(cpuSecondsOf(process.pid)).toBeGreaterThanOrEqual(childS);
  expect(machineCpuSeconds()).toBeGreaterThan(childS);
  child.kill();
  await child.exited;
  expect(cpuSecondsOf(child.pid)).toBeNull();
});
