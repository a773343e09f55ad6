// Express with its sessions in memory, as its documentation shows it.
import express from "express";
import session from "express-session";

const app = express();

app.use(session({ secret: "keyboard cat", resave: false, saveUninitialized: true }));

app.get("/", (request, response) => {
  request.session.visits = (request.session.visits ?? 0) + 1;
  response.json({ visits: request.session.visits, pid: process.pid });
});

app.listen(process.env.PORT);
