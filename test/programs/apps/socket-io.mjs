// A Socket.IO program that answers each message with who it is, over WebSockets alone: no session has to come back.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer((_request, response) => {
  response.setHeader("x-pid", String(process.pid));
  response.end("answered beside Socket.IO");
});
const io = new Server(http, { transports: ["websocket"] });

io.on("connection", (socket) => {
  socket.on("echo", (text, answer) => answer({ text, pid: process.pid }));
});

http.listen(process.env.PORT);
