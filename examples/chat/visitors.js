// Who a visitor is: a name in a cookie, which every node reads, so that it stays wherever the next request arrives.

import { Refusal } from "./requests.js";

const COOKIE = "chat-name";
const A_YEAR = 365 * 24 * 60 * 60;
const LONGEST_NAME = 24;
const LONGEST_TEXT = 500;
/** Control characters, and those that turn the direction of the text behind them. */
const INVISIBLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu;
const INVISIBLE_BUT_NEWLINE = /[^\P{Cc}\n]+|[\u202A-\u202E\u2066-\u2069]+/gu;

const MOODS = ["brave", "calm", "clever", "gentle", "merry", "quick", "quiet", "sunny"];
const ANIMALS = ["badger", "crane", "dolphin", "fox", "heron", "lynx", "otter", "wren"];

/** The name that came with a request, undefined when there is none of ours. */
export function nameOf({ headers }) {
  const value = headers.cookie?.match(new RegExp(`(?:^|; ?)${COOKIE}=([^;]*)`))?.[1];
  if (value === undefined) return undefined;
  try {
    return tidyName(decodeURIComponent(value));
  } catch {
    return undefined;
  }
}

export function nameCookie(name) {
  return `${COOKIE}=${encodeURIComponent(name)}; Path=/; Max-Age=${A_YEAR}; SameSite=Strict; HttpOnly`;
}

export function guestName() {
  return `${anyOf(MOODS)} ${anyOf(ANIMALS)}`;
}

/** Throws Refusal 400. */
export function tidyName(name) {
  return tidy(name, "name", INVISIBLE, LONGEST_NAME);
}

/** Throws Refusal 400. */
export function tidyText(text) {
  return tidy(text, "text", INVISIBLE_BUT_NEWLINE, LONGEST_TEXT);
}

function tidy(value, what, unwanted, longest) {
  const text = typeof value === "string" ? value.replace(unwanted, " ").trim().toWellFormed() : "";
  if (text !== "" && [...text].length <= longest) return text;
  throw new Refusal(400, `${what}: a string of 1 to ${longest} characters is taken`);
}

function anyOf(list) {
  return list[Math.floor(Math.random() * list.length)];
}
