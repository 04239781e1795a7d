// Shows what a push says, and opens the page it is about.  It keeps nothing and answers no request.

self.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  event.waitUntil(self.registration.showNotification(said.title ?? "Milepost", {
    body: said.line ?? "",
    // The same message again replaces the one that is there.
    tag: said.id,
    icon: "/static/favicon.png",
    data: { url: said.url ?? "/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const page = new URL(event.notification.data.url, self.location.origin);
  const isOurs = page.origin === self.location.origin;
  event.waitUntil(self.clients.openWindow(isOurs ? page.href : "/"));
});
