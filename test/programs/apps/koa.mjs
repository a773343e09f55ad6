// A Koa program.
import { setTimeout as pause } from "node:timers/promises";
import Koa from "koa";

const app = new Koa();

app.use(async (context) => {
  await pause(10);
  context.set("x-pid", String(process.pid));
  context.body = "answered by Koa";
});

app.listen(process.env.PORT);
