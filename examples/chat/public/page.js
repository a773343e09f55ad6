// The page: keeps the stream of events open, and hands each event to the part that shows it.

import { note, showMessage, showProblem } from "./log.js";
import { post } from "./post.js";
import { label, tint } from "./mark.js";
import { showProcesses, showWhereWeAre } from "./processes.js";

const $ = (id) => document.getElementById(id);
let source;
/** The id of the last event: says how far we have read, at whatever node. */
let lastEventId = "";
/** What the node that we hang on said of itself. */
let here;

connect();
for (const element of document.querySelectorAll("[data-node]")) tint(element, element.dataset.node);

/** EventSource connects again by itself; only when it gives up, or the name is another, it takes a new one. */
function connect() {
  source?.close();
  source = new EventSource(`events?after=${encodeURIComponent(lastEventId)}`);
  source.addEventListener("hello", (event) => arrive(JSON.parse(event.data)));
  source.addEventListener("processes", (event) => {
    const processes = JSON.parse(event.data);
    showProcesses(processes, kill);
    showPeople(processes);
  });
  source.addEventListener("message", (event) => {
    lastEventId = event.lastEventId;
    showMessage(JSON.parse(event.data), here);
  });
  source.addEventListener("error", () => {
    $("connection").textContent = "Connecting again…";
    document.body.classList.add("offline");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1_000);
  });
}

function arrive(hello) {
  if (here !== undefined && here.pid !== hello.pid) note(`Your connection moved from ${here.id} to ${hello.id}.`);
  here = hello;
  $("connection").replaceChildren("Live updates come from ", label(hello.id), ".");
  if (document.activeElement !== $("name")) $("name").value = hello.name;
  showWhereWeAre(hello.pid);
  document.body.classList.remove("offline");
}

function showPeople(processes) {
  const people = processes.reduce((sum, { visitors }) => sum + visitors, 0);
  $("people").textContent = people === 1 ? "1 page open" : `${people} pages open`;
}

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  // The same key each time: a node that died after it took the message must not make it come twice.
  const key = Array.from(crypto.getRandomValues(new Uint32Array(3)), (word) => word.toString(36)).join("");
  if (!(await tryPost("messages", { text, key }))) $("text").value ||= text;
});

$("rename").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await tryPost("name", { name: $("name").value }))) return;
  $("text").focus();
  // The stream carries the name that we had when it began.
  connect();
});

/** Each request comes on a connection of its own, so that any node may take it. */
$("burst").addEventListener("click", async () => {
  $("burst").disabled = true;
  for (let sent = 0; sent < 100; sent += 4) {
    await Promise.allSettled(Array.from({ length: 4 }, () => fetch("whoami")));
  }
  $("burst").disabled = false;
});

function kill(id) {
  void tryPost("kill", { id });
}

async function tryPost(path, body) {
  try {
    await post(path, body);
    showProblem("");
    return true;
  } catch (error) {
    showProblem(error.message);
    return false;
  }
}
