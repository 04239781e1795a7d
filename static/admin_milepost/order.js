// Rows in an order: two buttons, or dragging the handle, move a row and rewrite the position numbers.
// Without this file the numbers are typed; the server asks for nothing else.

const isRow = (row) => row.matches(".form-row:not(.empty-form)");
const rowsOf = (body) => [...body.children].filter(isRow);
const positionOf = (row) => row.querySelector("input.order-position");
const titleOf = (row) => row.querySelector("[name$=-title]")?.value.trim() || "this row";

function isFilled(row) {
  return row.classList.contains("has_original") || [...row.querySelectorAll("input[type=text], textarea")].some((field) => field.value);
}

function renumber(body) {
  rowsOf(body).filter(isFilled).forEach((row, index) => { positionOf(row).value = index + 1; });
}

function move(row, step) {
  const rows = rowsOf(row.parentElement);
  const other = rows[rows.indexOf(row) + step];
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  settle(row);
}

function settle(row) {
  renumber(row.parentElement);
  const place = rowsOf(row.parentElement).indexOf(row) + 1;
  row.closest(".named-rows").querySelector("[role=status]").textContent = `${titleOf(row)} is now number ${place}.`;
}

function button(label, sign, step) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "order-button";
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", () => {
    move(made.closest("tr"), step);
    made.focus();
  });
  return made;
}

let dragged = null;

function handle(row) {
  const made = document.createElement("span");
  made.className = "order-handle";
  made.draggable = true;
  made.textContent = "⠿";
  made.title = "Drag to move";
  made.setAttribute("aria-hidden", "true"); // the buttons do the same
  made.addEventListener("dragstart", (event) => {
    dragged = row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(row, 0, 0);
  });
  made.addEventListener("dragend", () => {
    settle(row);
    dragged = null;
  });
  return made;
}

function dragOver(event) {
  const row = event.target.closest(".form-row");
  if (!dragged || !row || !isRow(row) || row.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  if (row === dragged) return;
  const box = row.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) row.before(dragged);
  else row.after(dragged);
}

function dress(row) {
  const field = positionOf(row);
  if (!field || row.querySelector(".order-button")) return;
  field.before(handle(row));
  field.after(button(`Move ${titleOf(row)} up`, "↑", -1), button(`Move ${titleOf(row)} down`, "↓", 1));
}

document.addEventListener("DOMContentLoaded", () => {
  for (const group of document.querySelectorAll(".named-rows")) {
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    status.className = "visually-hidden";
    group.append(status);
    group.querySelector("tbody")?.addEventListener("dragover", dragOver);
    group.querySelectorAll("tbody .form-row:not(.empty-form)").forEach(dress);
  }
});
document.addEventListener("formset:added", (event) => dress(event.target));
