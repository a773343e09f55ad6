// The node that the tools work in, as far as they have to know it. They import nothing else of the package: what they
// shared with it would be a file of its own in the bundle, which every node would load.

/** What a tool is told. */
export interface ToolHost {
  /** Of this node. */
  id: string;
  /** The path of a Unix socket of this name in the service's private folder. */
  endpoint: (name: string) => string;
  /** What listen() returned, where the program called it. */
  nodes: object | undefined;
  /** Does what may stop the event loop for long, once the master knows that this is on purpose. */
  standStill<Value>(work: () => Promise<Value>): Promise<Value>;
}
