// Enhancements only: every page works without this file.

const root = document.documentElement;

const store = {
  get(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); } catch { /* storage is forbidden: forget it */ }
  },
};

// Theme: auto, light, dark.

const themeButtons = document.querySelectorAll("[data-theme-choice]");

function showTheme() {
  const chosen = root.dataset.theme ?? "auto";
  for (const button of themeButtons) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }
}

function chooseTheme(choice) {
  if (choice === "auto") delete root.dataset.theme;
  else root.dataset.theme = choice;
  store.set("theme", choice);
  showTheme();
}

for (const button of themeButtons) {
  button.addEventListener("click", () => chooseTheme(button.dataset.themeChoice));
}
showTheme();

// Toasts. One that offers an undo, or tells of an error, stays until it is closed.

const toasts = document.getElementById("toasts");
const TOAST_LIFE_MS = 10_000;

function retireToast(toast) {
  if (toast.matches("[data-stays], :hover, :focus-within")) return;
  toast.remove();
}

function welcomeToast(toast) {
  setTimeout(retireToast, TOAST_LIFE_MS, toast);
}

function watchToasts() {
  const arrivals = new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    added.filter((node) => node.matches?.(".toast")).forEach(welcomeToast);
  });
  arrivals.observe(toasts, { childList: true });
  // A live region speaks only of what arrives after it: let the page's own toasts arrive again.
  const first = [...toasts.children];
  setTimeout(() => toasts.replaceChildren(...first), 150);
}

if (toasts) watchToasts();

// Menus and dialogs.

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

function openDialog(event, link) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
}

// A choice made in a menu closes it; the focus stays at what opened it.
document.addEventListener("submit", (event) => {
  const menu = event.submitter?.closest("details.menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest(".toast, .notice")?.remove();
  const opener = event.target.closest("[data-dialog]");
  if (opener) openDialog(event, opener);
  if (event.target.matches("dialog")) event.target.close();
});

// Shortcuts. Single keys are dead in inputs and can be switched off (WCAG 2.1.4).

const shortcutSwitch = document.querySelector("[data-shortcut-switch]");

if (shortcutSwitch) {
  shortcutSwitch.checked = store.get("shortcuts") !== "off";
  shortcutSwitch.addEventListener("change", () => {
    store.set("shortcuts", shortcutSwitch.checked ? "on" : "off");
  });
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable], dialog") !== null;
}

function currentRow() {
  return document.activeElement?.closest("[data-row]");
}

function stepRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const here = rows.indexOf(currentRow());
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  next?.querySelector("a, button, summary")?.focus();
}

function focusSearch() {
  const inputs = [...document.querySelectorAll("input[type=search]")];
  inputs.find((input) => input.checkVisibility())?.focus();
}

function pressKey(key) {
  // On a page of rows a key acts on the current one only, never on whichever comes first.
  const scope = currentRow() ?? (document.querySelector("[data-row]") ? null : document);
  scope?.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
}

const keys = {
  "j": () => stepRow(1),
  "k": () => stepRow(-1),
  "/": focusSearch,
  "?": () => document.getElementById("shortcuts")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    closeMenus();
    toasts?.lastElementChild?.remove();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    focusSearch();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (store.get("shortcuts") === "off") return;
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  } else if (/^[a-z]$/.test(event.key)) {
    pressKey(event.key);
  }
});

// The browser's time zone: offered on a fresh form, never forced over an answer.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function offerZone(field) {
  if (field.form?.querySelector("[aria-invalid], .form-errors")) return;
  if (field.tagName !== "SELECT") field.value = zone;
  else if ([...field.options].some((option) => option.value === zone)) field.value = zone;
}

if (zone) {
  document.querySelectorAll("[data-browser-time-zone]").forEach(offerZone);
  for (const name of document.querySelectorAll("[data-time-zone-name]")) {
    name.textContent = zone;
    (name.closest("[hidden]") ?? name).hidden = false;
  }
}

// Digits choose an answer where a page offers numbered ones.

document.addEventListener("keydown", (event) => {
  if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || store.get("shortcuts") === "off") return;
  pressKey(event.key);
});

// Copying what stands in a field; where the browser forbids it, the text is at least selected.

async function copyField(button) {
  const field = document.getElementById(button.dataset.copy);
  const label = button.querySelector("[data-copied]");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    label.textContent = label.dataset.copied;
  } catch {
    field.focus();
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copyField(button);
});

// A sheet: a dialog filled from the page its link leads to.  A form in it changes the page behind
// and so closes it; one that is refused comes back into it.

const sheet = document.getElementById("sheet");
let sheetAddress = null;

function openSheet(event, link) {
  if (!window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  sheetAddress = link.getAttribute("href");
  window.htmx.ajax("GET", sheetAddress, {
    target: sheet,
    swap: "innerHTML",
    select: "#sheet-content",
    headers: { "HX-Target": "dialog#sheet" },
  });
}

function showSheet() {
  if (!sheet.open) sheet.showModal();
  sheet.querySelector("[aria-invalid=true]")?.focus();
}

// The browser gives the focus back to the link; where the link is gone, to its like or the page.
function leaveSheet() {
  sheet.replaceChildren();
  if (document.activeElement !== document.body) return;
  const like = document.querySelector(`[data-sheet][href="${CSS.escape(sheetAddress)}"]`);
  (like ?? document.getElementById("main")).focus();
}

if (sheet) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-sheet]");
    if (link && !event.defaultPrevented) openSheet(event, link);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    // What the server aims at the sheet comes with its selector for a target.
    if ([sheet, "#sheet"].includes(event.detail.ctx.target)) showSheet();
    else if (sheet.open) sheet.close();
  });
  sheet.addEventListener("close", leaveSheet);
}
