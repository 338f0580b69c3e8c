/* Keys for those who review a lot.  Every page works without them. */
(() => {
  "use strict";

  const undoable = []; // items labelled here, the latest last
  const items = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.querySelector("[data-item].current");
  const say = (words) => {
    const status = document.getElementById("status");
    if (status) status.textContent = words;
  };

  function select(item, scroll = true) {
    current()?.classList.remove("current");
    if (!item) return;
    item.classList.add("current");
    item.focus({ preventScroll: true });
    if (scroll) item.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = items();
    const at = all.indexOf(current());
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    if (all[next]) select(all[next]);
    else if (by > 0) document.querySelector("[data-more]")?.focus();
  }

  const unanswered = (item) => !item.querySelector("[aria-pressed=true]");

  function answer(verdict) {
    const item = current() ?? items()[0];
    const button = item?.querySelector(`button[name=verdict][value=${verdict}]`);
    if (!button) return;
    undoable.push(item);
    button.click();
    if (item.closest("[data-queue]")) {
      const all = items();
      select(all.slice(all.indexOf(item) + 1).find(unanswered) ?? item);
    }
  }

  function undo() {
    const item = undoable.pop();
    const button = (item ?? document).querySelector("[data-undo]");
    if (!button) return say("There is nothing to undo on this page.");
    button.click();
    if (item) select(item);
  }

  function follow(kind) {
    const item = current() ?? items()[0];
    const link = (item ?? document).querySelector(`a[data-${kind}]`);
    if (!link) return say(kind === "open" ? "It has no address to open." : "It is in no event.");
    if (kind === "open") window.open(link.href, "_blank", "noopener,noreferrer");
    else location.assign(link.href);
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    y: () => answer("relevant"),
    n: () => answer("irrelevant"),
    u: undo,
    o: () => follow("open"),
    e: () => follow("event"),
    "/": () => document.querySelector("input[type=search]")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (item && item !== current()) {
      current()?.classList.remove("current");
      item.classList.add("current");
    }
  });

  document.addEventListener("htmx:afterSettle", () => {
    const queue = document.querySelector("[data-queue]");
    if (queue && items().length && !items().some(unanswered)) location.assign(queue.dataset.queue);
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, () => say("That was not saved. Reload the page and try again."));
  }
  document.addEventListener("htmx:beforeRequest", () => say(""));

  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", keys["?"]);
  }

  const queue = document.querySelector("[data-queue]");
  if (queue) select(items()[0], false);
})();
