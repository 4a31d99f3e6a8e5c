import { createClock } from '../../clock.ts';
import { listenUws } from '../listen-uws.ts';
import { createProbe } from './probe.ts';

/**
 * The probe on uWebSockets.js, as a process of its own under Node. Prints its port and lives until
 * its standard input ends, so that it cannot outlive the tests that started it. Arguments: the port
 * and, for TLS, the paths of certificate and key.
 */
const [port = '0', certPath, keyPath] = process.argv.slice(2);
const tls = certPath !== undefined && keyPath !== undefined ? { certPath, keyPath } : null;
const probe = createProbe(createClock());
const listener = await listenUws({ ...probe, port: Number(port), tls });
console.log(listener.port);
process.stdin.on('end', async () => {
  await listener.stop();
  process.exit(0);
});
process.stdin.resume();
