// Rows in an order: two buttons move a row up or down and rewrite the position numbers.
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

function dress(row) {
  const field = positionOf(row);
  if (!field || row.querySelector(".order-button")) return;
  field.after(button(`Move ${titleOf(row)} up`, "↑", -1), button(`Move ${titleOf(row)} down`, "↓", 1));
}

document.addEventListener("DOMContentLoaded", () => {
  for (const group of document.querySelectorAll(".named-rows")) {
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    status.className = "visually-hidden";
    group.append(status);
    group.querySelectorAll("tbody .form-row:not(.empty-form)").forEach(dress);
  }
});
document.addEventListener("formset:added", (event) => dress(event.target));
