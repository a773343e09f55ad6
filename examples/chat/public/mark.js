// Every node has a colour, the same wherever it is named.

/** Degrees between two nodes that started one after the other: the golden angle keeps any few of them apart. */
const TURN = 137.5;

/** Gives an element the colour of a node; the master, which has no number, has none. */
export function tint(element, id) {
  element.dataset.node = id;
  const number = Number(id.replace("node-", ""));
  if (!Number.isNaN(number)) element.style.setProperty("--hue", String((number * TURN + 120) % 360));
}

/** A new element that names a node. */
export function label(id) {
  const element = document.createElement("b");
  element.className = "node";
  element.textContent = id;
  tint(element, id);
  return element;
}
