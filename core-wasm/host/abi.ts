/** The artifact's exports, as `assembly/index.ts` declares them. Only this folder sees them. */
export interface Abi {
  readonly memory: WebAssembly.Memory;
  readonly bodiesAddress: WebAssembly.Global;
  readonly bodyBytes: WebAssembly.Global;
  readonly firstStatic: WebAssembly.Global;
  readonly playersAddress: WebAssembly.Global;
  readonly playerBytes: WebAssembly.Global;
  readonly jointsAddress: WebAssembly.Global;
  readonly jointBytes: WebAssembly.Global;
  readonly stateAddress: WebAssembly.Global;
  readonly terrainAddress: WebAssembly.Global;
  readonly terrainVertices: WebAssembly.Global;
  readonly terrainSpacing: WebAssembly.Global;
  readonly stagingAddress: WebAssembly.Global;
  readonly stagingBytes: WebAssembly.Global;
  readonly frameAddress: WebAssembly.Global;
  readonly frameBytesMax: WebAssembly.Global;
  readonly fieldsAddress: WebAssembly.Global;
  readonly outboxAddress: WebAssembly.Global;
  readonly letterAddress: WebAssembly.Global;
  readonly inboxAddress: WebAssembly.Global;
  readonly inboxBytes: WebAssembly.Global;
  readonly queriesAddress: WebAssembly.Global;
  readonly queryCapacity: WebAssembly.Global;
  readonly answersAddress: WebAssembly.Global;
  readonly listedAddress: WebAssembly.Global;
  readonly faultSiteAddress: WebAssembly.Global;

  readonly entityCapacity: WebAssembly.Global;

  worldReset(seed: number): void;
  worldStep(): number;
  worldStage(): number;
  worldFaults(): number;
  readonly islandsAddress: WebAssembly.Global;
  readonly oldIslandsAddress: WebAssembly.Global;
  partBegin(): void;
  partChanged(entity: number): void;
  partStep(length: number): number;
  moverCount(): number;
  isAsleep(entity: number): number;
  readonly groupsAddress: WebAssembly.Global;
  groupsFlatten(): number;
  readonly eventsAddress: WebAssembly.Global;
  eventsOfTick(): number;
  readonly excerptAddress: WebAssembly.Global;
  readonly listedCapacity: WebAssembly.Global;
  excerptOpen(length: number): number;
  excerptTake(count: number): number;
  excerptMovers(): number;
  excerptProof(length: number): bigint;
  excerptInsert(length: number): number;
  excerptRemove(count: number): number;
  worldHash(): bigint;
  worldSave(): number;
  worldLoad(length: number): number;

  frameCheck(length: number): number;
  frameLoad(length: number): number;
  frameBegin(frame: number, stateHash: bigint): void;
  frameCommand(kind: number): number;
  frameInput(entity: number, length: number): number;
  frameFinish(): number;
  frameInputsOffset(length: number): number;
  frameEntryLength(offset: number, length: number): number;
  filterOpen(): void;
  readonly forcedAddress: WebAssembly.Global;
  filterForced(): number;
  filterTake(count: number, proof: bigint): number;

  entryEncode(): number;
  entryDecode(length: number): number;
  messageEncode(kind: number): number;
  messageDecode(length: number): number;

  entitySlot(id: number): number;
  entityNext(after: number): number;
  playerExpose(index: number): void;
  jointNext(after: number): number;
  jointIndex(id: number): number;
  jointExpose(index: number): void;
  terrainHeightAt(x: number, z: number): number;
  debugContacts(): number;
  debugBounds(): number;

  queryRun(count: number, past: number): void;
  queryStaticsRevision(): number;
  pastSaveMovers(): number;
  pastSaveStatics(): number;
  pastLoad(movers: number, statics: number): void;
  definitionExpose(id: number): number;
  definitionMesh(id: number): number;
  definitionPieces(id: number): number;
}
