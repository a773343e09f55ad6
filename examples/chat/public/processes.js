// The list of processes: who is there, who has just come, who has just gone.

import { label, tint } from "./mark.js";

/** Milliseconds for which a process that has gone stays to be seen. */
const FAREWELL = 8_000;

const list = document.getElementById("processes");
const news = document.getElementById("news");
const template = document.getElementById("process-template");
/** By pid: names like node-1 begin anew when the whole service does. */
const items = new Map();
let whereWeAre;
let lastNews = [];

setInterval(showAges, 1_000);

export function showProcesses(processes, kill) {
  const present = new Set(processes.map(({ pid }) => pid));
  for (const pid of items.keys()) if (!present.has(pid)) farewell(pid);
  const newcomers = processes.filter(({ pid }) => !items.has(pid));
  if (items.size > 0) for (const { id } of newcomers) tell(`${id} has come up.`);
  for (const process of newcomers) welcome(process, kill);
  const most = Math.max(...processes.map(({ requests }) => requests));
  for (const process of processes) update(items.get(process.pid), process, most);
  showWhereWeAre(whereWeAre);
  showAges();
}

/** Marks the process that this page hangs on. */
export function showWhereWeAre(pid) {
  whereWeAre = pid;
  for (const [key, item] of items) item.classList.toggle("here", key === pid);
}

function welcome({ id, pid, isMaster, since }, kill) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.place = isMaster ? 0 : id.replace("node-", "");
  tint(item, id);
  item.prepend(label(id));
  item.querySelector(".pid").textContent = `pid ${pid}`;
  item.querySelector(".age").dateTime = new Date(since).toISOString();
  item.querySelector(".age").title = `since ${new Date(since).toLocaleTimeString()}`;
  if (isMaster) turnIntoMaster(item);
  else enableKill(item.querySelector(".kill"), id, kill);
  items.set(pid, item);
  insert(item);
}

/** Moving an item would take the focus from its button, so each goes to its place at once. */
function insert(item) {
  const after = [...list.children].find(({ dataset }) => Number(dataset.place) > Number(item.dataset.place));
  list.insertBefore(item, after ?? null);
}

/** It serves nobody, and who killed it would end the whole service. */
function turnIntoMaster(item) {
  item.querySelector(".kill").remove();
  item.querySelector(".load").textContent = "starts the nodes, and replaces those that end";
}

function enableKill(button, id, kill) {
  button.setAttribute("aria-label", `Kill ${id}`);
  button.addEventListener("click", () => kill(id));
}

function update(item, { isMaster, requests, visitors, names }, most) {
  if (isMaster) return;
  item.querySelector(".requests").textContent = requests.toLocaleString();
  item.querySelector(".share").style.setProperty("--share", most === 0 ? 0 : requests / most);
  const more = visitors > names.length ? [`${visitors - names.length} more`] : [];
  item.querySelector(".visitors").replaceChildren(...[...names, ...more].map(chip));
}

function chip(name) {
  const element = document.createElement("span");
  element.dir = "auto";
  element.textContent = name;
  return element;
}

function farewell(pid) {
  const item = items.get(pid);
  items.delete(pid);
  item.classList.remove("here");
  item.classList.add("gone");
  item.querySelector(".kill")?.setAttribute("disabled", "");
  item.querySelector(".age").replaceWith("gone");
  item.querySelector(".visitors").replaceChildren();
  tell(`${item.dataset.node} has gone.`);
  setTimeout(() => item.remove(), FAREWELL);
}

function tell(text) {
  lastNews = [...lastNews, text].slice(-2);
  news.textContent = lastNews.join(" ");
}

function showAges() {
  for (const age of list.querySelectorAll(".age")) age.textContent = ageOf(Date.now() - Date.parse(age.dateTime));
}

function ageOf(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `up ${seconds} s`;
  return seconds < 7_200 ? `up ${Math.floor(seconds / 60)} min` : `up ${Math.floor(seconds / 3_600)} h`;
}
