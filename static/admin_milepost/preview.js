// Prose in Markdown: a button that shows it as learners will read it, and keeps up while one types.
// Without this file the field is the same; “Preview as learner” shows what was saved.

const PAUSE = 400;

function dressField(place) {
  const field = document.getElementById(place.dataset.field);
  if (!field) return;
  const button = document.createElement("button");
  const shown = document.createElement("div");
  Object.assign(button, { type: "button", className: "button as-read__button", textContent: "Preview" });
  Object.assign(shown, { className: "preview", id: `${field.id}-as-read`, hidden: true });
  shown.setAttribute("role", "region");
  shown.setAttribute("aria-label", "As learners will read it");
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", shown.id);
  place.append(button, shown);
  let timer, asked = 0;

  async function show() {
    const number = ++asked;
    const body = new URLSearchParams({ text: field.value });
    const token = field.form.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(place.dataset.address, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => null);
    if (number !== asked) return; // a later one is on its way
    if (answer?.ok) shown.innerHTML = (await answer.text()) || "<p class=\"help\">Nothing written yet.</p>";
    else shown.textContent = "The preview cannot be made now. What you wrote is still in the field.";
  }

  button.addEventListener("click", () => {
    shown.hidden = !shown.hidden;
    button.setAttribute("aria-expanded", String(!shown.hidden));
    button.textContent = shown.hidden ? "Preview" : "Hide the preview";
    if (!shown.hidden) show();
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (!shown.hidden) timer = setTimeout(show, PAUSE);
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".as-read").forEach(dressField);
});
