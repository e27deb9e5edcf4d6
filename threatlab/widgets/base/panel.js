// A panel on the page: it shows the HTML that the kernel sends, and sends back what the learner does, one message each.

const parsed = html => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

const LOST = "This panel has lost its kernel, which was restarted or has stopped. Choose Kernel \u2192 Restart Kernel "
  + "and Run up to Selected Cell: what was kept is there again.";

const AGAIN = 10000;  // ms that a message may be unanswered before it is sent again; then twice as long

const isTyped = field => field.matches?.("input:not([type=checkbox], [type=range])");

// What a field is set to: of a list each of whose options is JSON, its value; of an empty number, null.
const entered = field => {
  if (field.type === "checkbox") return field.checked;
  if (["number", "range"].includes(field.type)) return field.value === "" ? null : field.valueAsNumber;
  return field.nodeName === "SELECT" ? JSON.parse(field.value) : field.value;
};

const same = (was, now) => was.nodeName === now.nodeName && was.dataset?.key === now.dataset?.key;

// Bring `node`, which showed `was`, to what `now` says. Only what differs between these two is touched: an open fold,
// a typed word and a list's choice in a form that is not sent yet stay as the learner has them, and what is `theirs`.
function patch(node, was, now, theirs) {
  if (was.isEqualNode(now)) return;
  if (now.nodeType === Node.TEXT_NODE || now.nodeType === Node.COMMENT_NODE) node.data = now.data;
  for (const { name } of was.attributes ?? []) if (!now.hasAttribute(name)) node.removeAttribute(name);
  for (const { name, value } of now.attributes ?? []) {
    if (was.getAttribute(name) === value) continue;
    node.setAttribute(name, value);
    if (name === "value" && isTyped(node) && !theirs(node)) node.value = value;
  }
  const chosen = node.nodeName === "SELECT" && !node.dataset.act ? node.value : null;
  patchInside([...node.childNodes], [...was.childNodes], [...now.childNodes], node, theirs);
  if (chosen !== null) {  // what is no longer offered gives way to what is chosen at first, not to its neighbor
    const options = [...node.options], still = options.find(each => each.value === chosen);
    node.value = (still ?? options.find(each => each.hasAttribute("selected")) ?? options[0])?.value;
  }
}

// What is alike from the first child on, and from the last one back, stays and is patched; what lies between is new.
function patchInside(nodes, before, after, parent, theirs) {
  const most = Math.min(before.length, after.length);
  let start = 0, end = 0;
  while (start < most && same(before[start], after[start])) start++;
  while (end < most - start && same(before.at(-1 - end), after.at(-1 - end))) end++;
  for (let i = 0; i < start; i++) patch(nodes[i], before[i], after[i], theirs);
  for (let i = 1; i <= end; i++) patch(nodes.at(-i), before.at(-i), after.at(-i), theirs);
  const added = after.slice(start, after.length - end).map(each => document.importNode(each, true));
  const next = nodes[before.length - end] ?? null;
  nodes.slice(start, before.length - end).forEach(each => each.remove());
  added.forEach(each => parent.insertBefore(each, next));
}

// Bring a field that is sent at once to what the kernel says of it.
function settle(field) {
  if (field.nodeName === "SELECT") {
    const chosen = [...field.options].find(each => each.hasAttribute("selected"));
    if (chosen && field.value !== chosen.value) field.value = chosen.value;
  } else if (field.type === "checkbox") field.checked = field.hasAttribute("checked");
  else if (field !== field.getRootNode().activeElement) field.value = field.getAttribute("value") ?? "";
}

// JupyterLab goes on to the next cell and keeps that in sight: of a tall panel whose cell was just run, the end. Its
// head is brought into sight instead, also if it grows by itself, until the learner does something.
function beginAtTheHead(root) {
  const view = root.closest(".jp-WindowedPanel-outer"), cell = root.closest(".jp-Cell");
  if (!view || !cell) return () => {};
  const look = new ResizeObserver(() => {
    const above = root.getBoundingClientRect().top < view.getBoundingClientRect().top;
    const next = cell.nextElementSibling?.classList.contains("jp-mod-active");
    if (above && next) root.scrollIntoView({ block: "start" });
  });
  const stop = () => {
    look.disconnect();
    for (const act of ["pointerdown", "wheel", "keydown"]) window.removeEventListener(act, stop, true);
  };
  for (const act of ["pointerdown", "wheel", "keydown"]) window.addEventListener(act, stop, { capture: true, passive: true });
  look.observe(root);
  return stop;
}

function render({ model, el }) {
  const root = document.createElement("div"), view = Math.random().toString(36).slice(2);
  root.className = "tl";
  root.tabIndex = -1;
  let page = "", shown = parsed(page), sent = 0, heard = 0, held = null, news;
  const edited = new WeakMap();  // of each field that the learner has set: how many messages were sent by then
  const answered = () => sent === heard;

  // A field that has the focus, or was edited after the message that is answered, is not overwritten.
  const isNewer = field => edited.get(field) >= heard;
  const isTheirs = field => field === root.getRootNode().activeElement || isNewer(field);

  const paint = () => {
    if (model.get("page") !== page) repaint();  // one message can change all that follow() hears of, and tells of each
    const slot = root.querySelector("[data-live]");
    if (slot) slot.innerHTML = model.get("live");
  };

  const repaint = () => {
    const first = !page, next = parsed(page = model.get("page")), focused = root.getRootNode().activeElement;
    const here = root.contains(focused), inside = here && focused !== root, again = inside && likeOf(focused);
    const typed = [...root.querySelectorAll("[name]")].filter(isNewer).map(field => [field, likeOf(field)]);
    patch(root, shown, next, isTheirs);
    shown = next;
    for (const [field, like] of typed.filter(([field]) => !field.isConnected)) bringOver(field, like());
    const gone = inside && !focused.isConnected, told = news, newest = root.querySelector("[data-news]");
    news = newest?.dataset.news;
    if (newest && news !== told && !first && here && (gone || !isTyped(focused))) {  // nobody is moved while typing
      newest.focus({ preventScroll: true });
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      newest.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
    } else if (gone) {  // what had the focus is gone: its like gets it, or the panel as a whole
      (again() ?? root).focus({ preventScroll: true });
    }
  };

  // Return how to find what stands in the page for a control that may be gone by then.
  const likeOf = control => {
    const told = ({ act, args }) => [act, args];
    const about = each => String([each.name, each.type, told(each.dataset), told(each.closest("form")?.dataset ?? {})]);
    const wanted = about(control);
    return () => [...root.querySelectorAll("a, button, input, select")].find(each => about(each) === wanted);
  };

  const bringOver = (field, like) => {
    if (!like) return;
    edited.set(like, edited.get(field));
    if (field.type === "checkbox") like.checked = field.checked;
    else if (!like.options || [...like.options].some(each => each.value === field.value)) like.value = field.value;
    if (field.type === "text") like.setSelectionRange(field.selectionStart, field.selectionEnd);
  };

  // A field that the kernel has refused stays as it is, to be mended.
  const rest = () => {
    if (!answered()) return;
    root.removeAttribute("aria-busy");
    if (held) send(...held);
    else if (!root.querySelector(".tl-problem")) root.querySelectorAll("[name][data-act]").forEach(settle);
  };

  const tellLost = () => {
    const note = el.querySelector(".tl-lost") ?? document.createElement("p");
    note.className = "tl tl-lost";
    note.role = "alert";
    note.textContent = LOST;
    el.prepend(note);
  };

  const send = (node, values = {}) => {
    held = null;
    const part = [];
    for (let each = node.parentElement; each && each !== root; each = each.parentElement) {
      if (each.dataset.part) part.unshift(each.dataset.part);
    }
    const { act, args = "{}", once = null } = node.dataset, number = ++sent, id = `${view}-${number}`;
    deliver({ act, args: { ...JSON.parse(args), ...values }, part, once, id }, number, AGAIN);
    setTimeout(() => number === sent && !answered() && root.setAttribute("aria-busy", "true"), 1000);
  };

  // A message can be lost while the page reconnects: it is sent again until it, or a later one, is answered. A kernel
  // that had only no time yet does it once.
  const deliver = (message, number, wait) => {
    try {
      model.send(message);
    } catch {
      return tellLost();
    }
    setTimeout(() => number > heard && deliver(message, number, 2 * wait), wait);
  };

  root.addEventListener("click", event => {
    const button = event.target.closest("button[type=button]"), { act, once, value } = button?.dataset ?? {};
    if (!button || (once && event.detail > 1)) return;
    if (held) send(...held);
    if (act) send(button);
    const group = value && button.closest("[data-name]");  // one of the answers to a question
    if (group) send(group, { [group.dataset.name]: JSON.parse(value) });
  });
  root.addEventListener("change", ({ target }) => {
    if (target.dataset.act && target.type !== "range") send(target, { [target.name]: entered(target) });
  });
  root.addEventListener("input", ({ target }) => {
    edited.set(target, sent);
    if (!target.matches("[data-act][type=range]")) return;
    held = [target, { [target.name]: entered(target) }];  // only the newest of a drag, once the one before is answered
    if (answered()) send(...held);
  });
  // The wheel moves the page, and no number: a field that has the focus would count up and down below the pointer.
  root.addEventListener("wheel", ({ target }) => target.type === "number" && target.blur(), { passive: true });
  root.addEventListener("submit", event => {
    event.preventDefault();
    const fields = [...event.target.elements].filter(field => field.name);
    send(event.target, Object.fromEntries(fields.map(field => [field.name, entered(field)])));
  });

  // What is set and not sent yet goes before whatever else is done, such as running a cell: a tool bar leaves the focus
  // in the field.
  const flush = ({ target }) => {
    const focused = root.getRootNode().activeElement;
    if (!root.contains(target) && root.contains(focused) && isTyped(focused)) focused.blur();
    if (held && target !== held[0]) send(...held);
  };
  window.addEventListener("pointerdown", flush, true);

  // JupyterLab takes letters and arrows for commands: with a list in focus, "r" would turn the cell into raw text. Its
  // own mark for telling it not to is set before it looks; saving passes, and so does Shift+Enter, which leaves the field.
  // Enter in a field, which JupyterLab takes away from the browser, sends it.
  const keys = event => {
    const { target, key, shiftKey, ctrlKey, metaKey } = event, onward = key === "Enter" && shiftKey;
    if (!root.contains(target)) return flush(event);
    if (event.repeat && target.dataset.once) event.preventDefault();  // a key held down decides once, as a click does
    target.toggleAttribute("data-lm-suppress-shortcuts", !onward && !(key === "s" && (ctrlKey || metaKey)));
    if (onward) {
      root.focus({ preventScroll: true });
      flush({ target: root });
    } else if (key === "Enter" && isTyped(target)) {
      event.preventDefault();  // where nobody takes it from the browser, it would send it once more
      if (target.form) target.form.requestSubmit();
      else target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  window.addEventListener("keydown", keys, true);

  const follow = () => {
    const [whose, number] = model.get("answered").split("-");
    if (whose === view) heard = Math.max(heard, number);
    paint();
    rest();
  };
  for (const change of ["change:page", "change:live", "change:answered"]) model.on(change, follow);
  follow();
  el.append(root);
  let stop = () => {};
  requestAnimationFrame(() => { stop = beginAtTheHead(root); });  // by then it is in its cell
  return () => {
    heard = Infinity;  // nothing is sent again
    stop();
    window.removeEventListener("keydown", keys, true);
    window.removeEventListener("pointerdown", flush, true);
  };
}

export default { render };
