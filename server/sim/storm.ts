import { makeMischief } from './mischief.ts';
import { type Sim, stop } from './sim.ts';

/** A server that crashed is back after so long. */
const RESTART_MS = 400;
const PARTITION_MS_MAX = 9000;

/** One step of bad weather. */
export function storm(sim: Sim): void {
  const { random, scenario, store } = sim;
  if (random() < scenario.cutRate) {
    const client = sim.clients[Math.floor(random() * sim.clients.length)];
    // The server may hear of it at once, or not before the client is back.
    if (random() < 0.5) client?.cut();
    else client?.vanish();
    sim.cuts++;
  }
  if (random() < scenario.partitionRate) beginPartition(sim);
  endPartitions(sim, false);
  if (sim.server !== null && random() < scenario.crashRate) crashServer(sim);
  if (sim.server !== null && random() < scenario.commandRate) {
    makeMischief(sim.mischief, sim.server.room);
  }
  if (random() < scenario.storeRate) store.weather.writeDelayMs = 1 + 400 * random() * random();
  if (random() < scenario.storeRate / 2) store.weather.away = !store.weather.away;
}

/** Both ends stand, and one or both ways carry nothing. */
function beginPartition(sim: Sim): void {
  const { random } = sim;
  const index = Math.floor(random() * sim.clients.length);
  const kind = Math.floor(random() * 3);
  const lastsMs = 200 + PARTITION_MS_MAX * random() * random();
  if (sim.partitionEndsMs[index] !== 0) return;
  sim.partitionEndsMs[index] = sim.clock.nowMs() + lastsMs;
  sim.clients[index]?.partition({ up: kind !== 1, down: kind !== 2 });
  sim.partitions++;
}

export function endPartitions(sim: Sim, all: boolean): void {
  sim.clients.forEach((client, index) => {
    const endsMs = sim.partitionEndsMs[index] ?? 0;
    if (endsMs === 0 || (!all && endsMs > sim.clock.nowMs())) return;
    sim.partitionEndsMs[index] = 0;
    client.partition({ up: false, down: false });
  });
}

/** Every process of the machine dies, and each player's kernel learns of it. */
export function crashServer(sim: Sim): void {
  for (const server of [sim.server, ...sim.usurped.splice(0)]) {
    if (server !== null) stop(sim, server);
  }
  for (const client of sim.clients) client.cut();
  sim.server = null;
  sim.crashes++;
  sim.restartAtMs = sim.clock.nowMs() + RESTART_MS;
}
