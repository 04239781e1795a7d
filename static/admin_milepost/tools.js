// Long lists of boxes to tick: a search box that narrows each, and a loop of prerequisites refused at once.
// Without this file the whole lists are shown, and saving refuses the loop.

const boxesIn = (list) => [...list.querySelectorAll("input[type=checkbox]")];
const rowOf = (box) => box.closest("label").parentElement;
const titleOf = (box) => box.closest("label").textContent.trim();

function narrow(list, words, status) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const all = boxesIn(list);
  for (const box of all) {
    const title = titleOf(box).toLowerCase();
    // What is chosen stays in sight: nobody should wonder where it went.
    rowOf(box).hidden = !box.checked && !wanted.every((word) => title.includes(word));
  }
  for (const group of list.children) {
    const own = boxesIn(group);
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

function loopThrough(box, graph) {
  const own = Number(graph.dataset.milestone);
  const back = walk(Number(box.value), own, JSON.parse(graph.dataset.edges));
  return back.length ? [own, ...back] : [];
}

function refuseLoop(list, box, graph, alert) {
  const loop = box.checked ? loopThrough(box, graph) : [];
  alert.textContent = "";
  if (!loop.length) return;
  box.checked = false;
  const titles = new Map(boxesIn(list).map((each) => [Number(each.value), titleOf(each)]));
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

// What is chosen stands first in its group, so that it need not be looked for.
function chosenFirst(list) {
  for (const box of boxesIn(list).filter((each) => each.checked).reverse()) {
    const row = rowOf(box);
    if (row.parentElement === list) list.prepend(row);
  }
}

function dress(id, label) {
  const list = document.getElementById(id);
  if (!list || !boxesIn(list).length) return null;
  const search = make("div", { class: "box-search" });
  const field = make("input", { type: "search", id: `${id}-search`, autocomplete: "off" });
  const status = make("p", { role: "status", class: "help" });
  const alert = make("p", { role: "alert" });
  search.append(make("label", { for: field.id }, label), field, status, alert);
  list.before(search);
  field.addEventListener("input", () => narrow(list, field.value, status));
  // Enter in a search box would save the whole page.
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  return { list, alert };
}

document.addEventListener("DOMContentLoaded", () => {
  const resources = dress("id_resources", "Search resources");
  if (resources) chosenFirst(resources.list);
  const prerequisites = dress("id_prerequisites", "Search milestones");
  const graph = document.querySelector("#prerequisite-edges");
  if (!prerequisites || !graph) return;
  const { list, alert } = prerequisites;
  list.addEventListener("change", (event) => refuseLoop(list, event.target, graph, alert));
});
