// The messages, in the order in which they were said.

import { label } from "./mark.js";

const MOST_SHOWN = 300;

const log = document.getElementById("log");
const problem = document.getElementById("problem");
const template = document.getElementById("message-template");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const shown = new Set();

/** `here` is the process that brought it: with the one that took it, that is the message's way through the mesh. */
export function showMessage(message, here) {
  // Sent again after a node was killed, it may have been taken by two: each knew it by a number of its own.
  if (shown.has(message.key)) return;
  shown.add(message.key);
  const item = template.content.firstElementChild.cloneNode(true);
  item.classList.toggle("own", message.name === here.name);
  item.querySelector(".name").textContent = message.name;
  item.querySelector("time").textContent = clock.format(message.at);
  item.querySelector(".text").textContent = message.text;
  item.querySelector(".path").replaceChildren(...pathOf(message.node, here.id));
  item.querySelector(".path").title = `taken by ${message.node}, brought here by ${here.id}`;
  add(item, message.at);
}

/** A line of our own among the messages. */
export function note(text) {
  const item = document.createElement("li");
  item.className = "note";
  item.textContent = text;
  add(item, Date.now());
}

export function showProblem(text) {
  problem.textContent = text;
  problem.hidden = text === "";
}

/** Who reads further up is not pulled down. */
function add(item, at) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  item.dataset.at = at;
  // Two nodes may bring their messages here in another order than they were said.
  let before = log.lastElementChild;
  while (before !== null && Number(before.dataset.at) > at) before = before.previousElementSibling;
  if (before === null) log.prepend(item);
  else before.after(item);
  if (log.childElementCount > MOST_SHOWN) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function pathOf(from, to) {
  return from === to ? [label(from)] : [label(from), " → ", label(to)];
}
