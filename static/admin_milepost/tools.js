// Prerequisites: a search box that narrows the list, and a loop that is refused at once.
// Without this file the whole list is shown, and saving refuses the loop.

let list, graph;

const boxes = () => [...list.querySelectorAll("input[type=checkbox]")];
const rowOf = (box) => box.closest("label").parentElement;
const titleOf = (box) => box.closest("label").textContent.trim();

function narrow(words, status) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const all = boxes();
  for (const box of all) {
    const title = titleOf(box).toLowerCase();
    // What is chosen stays in sight: nobody should wonder where it went.
    rowOf(box).hidden = !box.checked && !wanted.every((word) => title.includes(word));
  }
  for (const group of list.children) {
    const own = [...group.querySelectorAll("input[type=checkbox]")];
    group.hidden = own.length > 0 && own.every((box) => rowOf(box).hidden);
  }
  const shown = all.filter((box) => !rowOf(box).hidden).length;
  status.textContent = wanted.length ? `${shown} of ${all.length} shown.` : "";
}

// The shortest walk from one milestone over what it needs to another; nothing when there is none.
function walk(from, to, edges) {
  const walks = [[from]];
  const seen = new Set();
  for (const each of walks) {
    const last = each.at(-1);
    if (last === to) return each;
    for (const needed of edges[last] ?? []) {
      if (seen.has(needed)) continue;
      seen.add(needed);
      walks.push([...each, needed]);
    }
  }
  return [];
}

function loopThrough(box) {
  const own = Number(graph.dataset.milestone);
  const back = walk(Number(box.value), own, JSON.parse(graph.dataset.edges));
  return back.length ? [own, ...back] : [];
}

function refuseLoop(box, alert) {
  const loop = box.checked ? loopThrough(box) : [];
  alert.textContent = "";
  if (!loop.length) return;
  box.checked = false;
  const titles = new Map(boxes().map((each) => [Number(each.value), titleOf(each)]));
  titles.set(Number(graph.dataset.milestone), graph.dataset.title);
  const chain = loop.map((pk) => `“${titles.get(pk)}”`).join(" needs ");
  alert.textContent = `This would never end: ${chain}. It stays unticked.`;
}

function make(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function dressPrerequisites() {
  list = document.querySelector("#id_prerequisites");
  graph = document.querySelector("#prerequisite-edges");
  if (!list || !graph) return;
  const search = make("div", { class: "prerequisite-search" });
  const field = make("input", { type: "search", id: "prerequisite-search", autocomplete: "off" });
  const status = make("p", { role: "status", class: "help" });
  const alert = make("p", { role: "alert" });
  search.append(make("label", { for: field.id }, "Search milestones"), field, status, alert);
  list.before(search);
  field.addEventListener("input", () => narrow(field.value, status));
  // Enter in a search box would save the whole page.
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  list.addEventListener("change", (event) => refuseLoop(event.target, alert));
}

document.addEventListener("DOMContentLoaded", dressPrerequisites);
