// "Turn on in this browser": asks for permission, only when the button is pressed, signs this
// browser up at its push service, and posts what that answers like any other form.

const WORKER = "/service-worker.js";
const form = document.querySelector("[data-web-push]");
const canTake = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function say(name) {
  for (const line of form.querySelectorAll("[data-push-says]")) {
    line.hidden = line.dataset.pushSays !== name;
  }
}

function bytesOf(base64) {
  const text = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function fingerprintOf(address) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(address));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What the list calls this browser, so that its owner can tell it from the others.
function labelOf(agent) {
  const browsers = [["Edg", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
  const systems = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"],
    ["Windows", "Windows"], ["Mac OS", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];
  const found = (names) => names.find(([mark]) => agent.includes(mark))?.[1];
  return `${found(browsers) ?? "A browser"}${found(systems) ? ` on ${found(systems)}` : ""}`;
}

async function currentSubscription() {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return registration?.pushManager.getSubscription();
}

// One that stands in no list of this learner's was somebody else's: a new one ends it.
async function freshSubscription() {
  await (await currentSubscription())?.unsubscribe();
  await navigator.serviceWorker.register(WORKER);
  const registration = await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(form.dataset.webPush),
  });
}

function fillIn(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  form.elements.address.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.elements.label.value = labelOf(navigator.userAgent);
}

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") return say("refused");
  say("waiting");
  try {
    fillIn(await freshSubscription());
  } catch {
    return say("failed");
  }
  form.submit();
}

async function markThisOne() {
  const subscription = await currentSubscription();
  if (!subscription || Notification.permission !== "granted") return;
  const own = document.querySelector(`[data-fingerprint="${await fingerprintOf(subscription.endpoint)}"]`);
  if (!own) return;
  own.querySelector("[data-this-one]").hidden = false;
  form.querySelector("button").hidden = true;
}

if (form && canTake) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turnOn();
  });
  markThisOne();
} else if (form) {
  form.querySelector("button").hidden = true;
  say("unable");
}
