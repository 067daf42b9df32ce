"use strict";
// The page of a review. Whatever a museum says comes in through textContent: it is shown, and never obeyed.

const TOKEN = location.pathname.split("/")[1];
const KEY_OF = { merge: "m", "keep apart": "a", rename: "r", reject: "x" };
const KIND_NAMES = {
  artist: "Artists", type: "Types", material: "Materials", technique: "Techniques", work: "Works", artwork: "Artworks",
};
const state = { all: [], kinds: [], open: {}, done: [], kind: "", number: -1, edited: false, unknown: "", busy: 0, last: Promise.resolve(), ended: false };

const at = (id) => document.getElementById(id);

function made(name, text = "", attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

const words = (text) => made("bdi", text);

async function ask(path, body) {
  const given = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Review-Token": TOKEN },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, given);
  } catch {
    throw new Error("the server does not answer: start omniart-data review again");
  }
  const told = await answer.json().catch(() => ({ error: `the server answers ${answer.status}: load the page again` }));
  if (!answer.ok) throw Object.assign(new Error(told.error), { unknown: told.unknown === true });
  return told;
}

function say(text) { at("said").textContent = text; }

function complain(text) {
  at("alert").textContent = text;
  at("alert").hidden = !text;
}

const isDone = (number) => state.done.some((one) => one.number === number);

function waiting() {
  const filter = at("filter").value.trim().toLowerCase();
  return state.all.filter((one) => one.kind === state.kind && !isDone(one.number) && (!filter || one.haystack.includes(filter)));
}

const current = () => state.all.find((one) => one.number === state.number);

function leftOf(kind) {
  return state.open[kind] - state.done.filter((one) => one.kind === kind).length;
}

function show() {
  const list = waiting();
  if (!list.some((one) => one.number === state.number)) go(list[0]);
  showKinds();
  showCard(current(), list);
  showDone();
}

function go(candidate) {
  state.number = candidate ? candidate.number : -1;
  state.edited = false;
  state.unknown = "";
  complain("");
  at("naming").hidden = true;
}

function step(by) {
  const list = waiting();
  if (!list.length) return;
  const place = list.findIndex((one) => one.number === state.number);
  go(list[Math.min(Math.max(place + by, 0), list.length - 1)]);
  show();
}

function showKinds() {
  at("kinds").replaceChildren(...state.kinds.map((kind, place) => {
    const button = made("button", `${KIND_NAMES[kind]} (${leftOf(kind).toLocaleString("en")}) `, { type: "button" });
    button.append(made("kbd", String(place + 1)));
    if (kind === state.kind) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => choose(kind));
    return button;
  }));
  const total = state.kinds.reduce((sum, kind) => sum + leftOf(kind), 0);
  at("left").textContent = `${total.toLocaleString("en")} open`;
}

function choose(kind) {
  if (!kind) return;
  state.kind = kind;
  go(undefined);
  show();
}

function showCard(candidate, list) {
  at("card").hidden = !candidate;
  at("nothing").hidden = Boolean(candidate);
  at("place").textContent = candidate ? `${list.indexOf(candidate) + 1} of ${list.length}` : "0 of 0";
  at("previous").disabled = at("next").disabled = list.length < 2;
  if (!candidate) {
    at("nothing").textContent = nothingText();
    return;
  }
  at("question").replaceChildren(...question(candidate));
  const counted = `${candidate.artworks.toLocaleString("en")} artwork${candidate.artworks === 1 ? "" : "s"}`;
  const score = candidate.score ? `score ${candidate.score}` : "";
  at("facts").replaceChildren(words([counted, score, candidate.because].filter(Boolean).join(" · ")));
  at("earlier").hidden = !candidate.earlier;
  at("earlier").replaceChildren(words(`Decided earlier, and its evidence has changed since: ${candidate.earlier}`));
  const sides = candidate.pair ? ["subject", "object"] : ["subject"];
  at("pictureless").hidden = !candidate.works.length || hasPicture(candidate);
  at("sides").replaceChildren(...sides.map((side) => sideOf(candidate, side)));
  at("actions").replaceChildren(...candidate.actions.map(actionButton));
  if (!state.edited) at("reason").value = candidate.reasons[candidate.actions[0]];
  if (at("naming").hidden) at("new").value = candidate.object_label;
}

function nothingText() {
  if (at("filter").value.trim()) return "Nothing open has these words: empty the filter to see the rest.";
  if (state.kind && leftOf(state.kind) > 0) return "All that were shown are decided: start omniart-data review again for those that come next.";
  return state.kinds.some((kind) => leftOf(kind) > 0) ? "Nothing of this kind is open." : "Nothing is open.";
}

function question(candidate) {
  if (!candidate.pair) {
    return [`What is the ${candidate.kind} `, words(candidate.subject_label), ...near(candidate), "?"];
  }
  const what = candidate.kind === "work" ? "one work" : "one person";
  return ["Are ", words(candidate.subject_label), " and ", words(candidate.object_label), ` ${what}?`];
}

// The known word that a term may be a slip for, and what it is called in English where it is Dutch.
function near(candidate) {
  if (!candidate.object) return [];
  const english = candidate.object_label === candidate.object ? [] : [" (", words(candidate.object_label), ")"];
  return [", perhaps a slip for ", words(candidate.object), ...english];
}

function sideOf(candidate, side) {
  const works = candidate.works.filter((work) => work.side === side);
  const part = made("section", "", { class: "side", "aria-label": side });
  const heading = made("h3");
  heading.append(words(candidate[`${side}_label`]));
  const id = made("small");
  id.append(idOf(candidate[side]));
  if (candidate[side] !== candidate[`${side}_label`]) heading.append(id);
  const grid = made("div", "", { class: "works" });
  grid.append(...works.map((work) => figureOf(work, hasPicture(candidate))));
  part.append(heading, works.length ? grid : made("p", "No example is at hand."));
  return part;
}

const hasPicture = (candidate) => candidate.works.some((work) => work.picture);

// An id, which a line may break after a sign alone, so that nobody reads two of it.
function idOf(id) {
  const whole = made("bdi", "", { class: "id" });
  for (const part of id.match(/[^:/.\-_ ]*[:/.\-_ ]*/g)) {
    if (part) whole.append(made("span", part), made("wbr"));
  }
  return whole;
}

function figureOf(work, besidePictures) {
  const figure = made("figure");
  if (work.picture) {
    const source = `picture/${encodeURIComponent(work.id)}`;
    figure.append(made("img", "", { src: source, alt: `Picture of ${work.title}`, loading: "lazy" }));
  } else if (besidePictures) {
    figure.append(made("div", "no picture", { class: "nopicture" }));
  }
  const caption = made("figcaption");
  caption.append(words(work.title), made("br"));
  const lines = made("span", "", { class: "lines" });
  for (const line of work.lines) lines.append(words(line), made("br"));
  lines.append(idOf(work.id));
  caption.append(lines);
  figure.append(caption);
  return figure;
}

function actionButton(action) {
  const button = made("button", `${action[0].toUpperCase()}${action.slice(1)} `, { type: "button", "aria-keyshortcuts": KEY_OF[action] });
  button.append(made("kbd", KEY_OF[action]));
  button.addEventListener("click", () => act(action));
  return button;
}

function showDone() {
  at("none").hidden = state.done.length > 0;
  at("undo").disabled = state.done.length === 0;
  at("done").replaceChildren(...state.done.map((one) => {
    const item = made("li", `${one.action} `);
    item.append(words(one.subject), ...(one.object ? [" → ", words(one.object)] : []), ": ", words(one.reason));
    const undo = made("button", "undo", { type: "button", "aria-label": `Undo ${one.action} ${one.subject}` });
    undo.addEventListener("click", () => takeBack(one.number));
    item.append(undo);
    return item;
  }).reverse());
}

function act(action) {
  if (state.busy || state.ended) return; // what is shown is not yet what comes next
  const candidate = current();
  if (!candidate || !candidate.actions.includes(action)) {
    say(candidate ? `A ${candidate.kind} cannot be decided so: ${candidate.actions.join(", ")}.` : "Nothing is chosen.");
    return;
  }
  if (action === "rename" && at("naming").hidden) {
    at("naming").hidden = false;
    at("new").focus();
    at("new").select();
    return;
  }
  decide(candidate, action);
}

// One request after the other: what is taken back three times is three decisions, in their order.
function once(work) {
  state.busy += 1;
  state.last = state.last.then(async () => {
    try {
      if (!state.ended) await work();
      complain("");
    } catch (error) {
      complain(error.message);
    } finally {
      state.busy -= 1;
    }
  });
  return state.last;
}

function decide(candidate, action) {
  const reason = state.edited ? at("reason").value : candidate.reasons[action];
  const asked = { number: candidate.number, action, reason, new: action === "rename" ? at("new").value : "" };
  asked.is_new = asked.new !== "" && asked.new === state.unknown;
  return once(async () => {
    const list = waiting();
    const after = list[list.indexOf(candidate) + 1] || list[list.indexOf(candidate) - 1];
    state.done.push(await sent(asked));
    document.activeElement.blur();
    go(after);
    show();
    say(`${action}: ${candidate.subject_label}. u takes it back.`);
  });
}

// A name that nothing has yet is most often a slip: who means it says so a second time.
async function sent(asked) {
  try {
    return await ask("decide", asked);
  } catch (error) {
    if (!error.unknown) throw error;
    state.unknown = asked.new;
    throw new Error(`${error.message}${error.message.endsWith("?") ? " " : ": "}Enter once more makes it a new term`);
  }
}

function takeBack(number) {
  return once(async () => {
    const told = await ask("undo", number === undefined ? {} : { number });
    state.done = state.done.filter((one) => one.number !== told.number);
    const candidate = state.all.find((one) => one.number === told.number);
    state.kind = candidate.kind;
    go(candidate);
    show();
    say(`Taken back: ${candidate.subject_label}.`);
  });
}

function end() {
  return once(async () => {
    const told = await ask("done", {});
    state.ended = true;
    for (const part of document.querySelectorAll("button, input")) part.disabled = true;
    say(`The server has stopped; ${told.decisions} decision${told.decisions === 1 ? "" : "s"} in the files. You can close this page.`);
  });
}

const KEYS = {
  j: () => step(1), ArrowRight: () => step(1), ArrowDown: () => step(1),
  k: () => step(-1), ArrowLeft: () => step(-1), ArrowUp: () => step(-1),
  m: () => act("merge"), a: () => act("keep apart"), r: () => act("rename"), x: () => act("reject"),
  e: () => { at("reason").focus(); at("reason").select(); },
  u: () => takeBack(), "/": () => at("filter").focus(), "?": () => at("keys").showModal(),
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || at("keys").open) return;
  if (event.target instanceof HTMLInputElement) {
    if (event.key === "Enter" && event.target.id === "new") act("rename");
    else if (event.key === "Escape" || event.key === "Enter") leave(event);
    return;
  }
  const work = KEYS[event.key] || (/^[1-9]$/.test(event.key) ? () => choose(state.kinds[event.key - 1]) : null);
  if (!work) return;
  event.preventDefault();
  work();
}

function leave(event) {
  event.preventDefault();
  if (event.target.id === "new") at("naming").hidden = true;
  event.target.blur();
}

async function begin() {
  const told = await ask("candidates");
  Object.assign(state, { all: told.candidates, kinds: told.kinds, open: told.open, done: told.done, kind: told.kinds[0] || "" });
  for (const one of state.all) {
    const texts = [one.subject, one.object, one.subject_label, one.object_label, one.because, ...one.works.map((work) => work.title)];
    one.haystack = texts.join("\n").toLowerCase();
  }
  at("title").textContent = document.title = told.title;
  at("where").replaceChildren(words(told.where));
  show();
}

document.addEventListener("keydown", pressed);
at("filter").addEventListener("input", show);
at("reason").addEventListener("input", () => { state.edited = true; });
at("deciding").addEventListener("submit", (event) => event.preventDefault());
at("previous").addEventListener("click", () => step(-1));
at("next").addEventListener("click", () => step(1));
at("undo").addEventListener("click", () => takeBack());
at("help").addEventListener("click", () => at("keys").showModal());
at("end").addEventListener("click", end);
begin().catch((error) => complain(error.message));
