// A Hono program on @hono/node-server.
import { setTimeout as pause } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();

app.get("/", async (context) => {
  await pause(10);
  context.header("x-pid", String(process.pid));
  return context.text("answered by Hono");
});

serve({ fetch: app.fetch, port: Number(process.env.PORT) });
