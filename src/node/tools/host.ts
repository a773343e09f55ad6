// The node that the tools work in, as far as they have to know it.

/** What a tool is told. */
export interface ToolHost {
  /** Of this node. */
  id: string;
  /** The service's private folder. */
  folder: string;
  /** What listen() returned, where the program called it. */
  nodes: object | undefined;
  /** Does what may stop the event loop for long, once the master knows that this is on purpose. */
  standStill<Value>(work: () => Promise<Value>): Promise<Value>;
}
