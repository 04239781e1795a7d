// Enhancements of the plan: sessions dragged to another day, and timers that tick.
// What a drag does, the page of a session does too: "Move to…".

const DRAG_FROM_PX = 6;
let drag = null;

function dayUnder(x, y) {
  return document.elementFromPoint(x, y)?.closest("[data-drop-day]") ?? null;
}

function lift(event) {
  const card = event.target.closest?.("[data-drag]");
  if (!card || event.button !== 0) return;
  // A finger scrolls the page, except on the handle; a mouse may take hold anywhere.
  if (event.pointerType !== "mouse" && !event.target.closest("[data-grip]")) return;
  drag = { card, x: event.clientX, y: event.clientY, isMoving: false, over: null };
}

function carry(event) {
  if (!drag) return;
  const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.isMoving && Math.hypot(x, y) < DRAG_FROM_PX) return;
  event.preventDefault();
  drag.isMoving = true;
  drag.card.classList.add("is-dragged");
  drag.card.style.translate = `${x}px ${y}px`;
  show(dayUnder(event.clientX, event.clientY));
}

function show(day) {
  if (drag.over === day) return;
  drag.over?.classList.remove("is-drop");
  day?.classList.add("is-drop");
  drag.over = day;
}

function putBack() {
  drag.card.classList.remove("is-dragged");
  drag.card.style.translate = "";
  drag.over?.classList.remove("is-drop");
  drag = null;
}

function drop() {
  if (!drag) return;
  const { card, isMoving, over } = drag;
  const from = card.closest("[data-drop-day]");
  putBack();
  if (!isMoving) return;
  // The click that ends a drag would open the session.
  addEventListener("click", refuseClick, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", refuseClick, { capture: true }));
  if (over && over !== from) send(card.dataset.drag, over.dataset.dropDay);
}

function refuseClick(event) {
  event.preventDefault();
  event.stopPropagation();
}

function send(address, day) {
  const form = document.getElementById("drop");
  if (!form) return;
  form.action = address;
  form.elements.to.value = day;
  if (window.htmx) window.htmx.ajax("POST", address, { source: form });
  else form.requestSubmit();
}

document.addEventListener("pointerdown", lift);
document.addEventListener("pointermove", carry);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", () => drag && putBack());
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("[data-drag]")) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) putBack();
});

// Timers: the server counts, the page only shows.

function clockFace(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function tick() {
  for (const timer of document.querySelectorAll("[data-timer]")) {
    timer.textContent = clockFace(Date.now() - Date.parse(timer.dataset.timer));
  }
}

setInterval(tick, 1000);
tick();
