import uWebSockets from 'uWebSockets.js';
import { Server } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
import { uWebSocketsTransport } from '@colyseus/uwebsockets-transport';
import { type ArenaOptions, ArenaRoom } from './room.ts';
import { ROOM } from './state.ts';

/** Views of a patch lie in it one behind the other: for 6,000 clients without growing. */
Encoder.BUFFER_SIZE = 8 * 1024 * 1024;

const transport = new uWebSocketsTransport({
  maxPayloadLength: 4 * 1024,
  maxBackpressure: 8 * 1024 * 1024,
});
const server = new Server({ transport, greet: false });
const options: ArenaOptions = { spreadM: Number(process.argv[2]) };
server.define(ROOM, ArenaRoom, options);
await server.listen(0);
const port = uWebSockets.us_socket_local_port(transport._listeningSocket);
console.log(JSON.stringify({ event: 'listening', port }));

// Ours to the end: whoever started us holds the other side of this.
process.stdin.on('end', () => process.exit());
process.stdin.resume();
