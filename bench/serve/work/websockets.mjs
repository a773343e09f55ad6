// How evenly connections are spread that live long and say little.

import { startClient } from "../load/run.mjs";

const SOCKETS = 1000;
const SECONDS = 15;

export const websockets = {
  name: "websockets",
  title: "1,000 slow WebSockets",
  tls: false,
  plain: false,
  metrics: { spread: "most / least", most: "at the fullest node", least: "at the emptiest node", lost: "lost" },
  order: ["spread"],
  more: false,
  refuses: ({ lone }) => (lone ? "serves with one process" : undefined),
  async measure(service, { nodes }) {
    const task = { kind: "websockets", port: service.port, sockets: SOCKETS, seconds: SECONDS };
    const { spread, lost } = await startClient(task).result;
    if (spread.length === 0) throw new Error("no WebSocket was opened");
    const most = Math.max(...spread);
    // A node without any is not in the list.
    const least = spread.length < nodes ? 0 : Math.min(...spread);
    return { spread: most / least, most, least, lost };
  },
};
