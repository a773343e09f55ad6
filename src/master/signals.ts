// The signals of the operating system, as orders to the master.

/** First in order, then at once. */
export type SignalOrder = { type: "stop" } | { type: "kill"; exitCode: number };

const NUMBERS = { SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/** Turns SIGTERM, SIGINT and SIGQUIT into orders; returns what ends that. */
export function watchSignals(order: (order: SignalOrder) => void): () => void {
  let seen = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    seen += 1;
    if (seen === 1) order({ type: "stop" });
    else order({ type: "kill", exitCode: 128 + NUMBERS[signal as keyof typeof NUMBERS] });
  };
  const names = Object.keys(NUMBERS) as NodeJS.Signals[];
  for (const name of names) process.on(name, onSignal);
  return () => {
    for (const name of names) process.off(name, onSignal);
  };
}
