// An Express program as anybody would write it.
import { setTimeout as pause } from "node:timers/promises";
import express from "express";

const app = express();

app.get("/", async (_request, response) => {
  await pause(10);
  response.set("x-pid", String(process.pid)).send("answered by Express");
});

app.listen(process.env.PORT);
