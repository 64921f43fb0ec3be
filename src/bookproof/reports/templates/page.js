"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const say = (text) => { byId("said").textContent = text; };

  // -- light and dark ------------------------------------------------------------------------------------------
  const themes = ["system", "light", "dark"];
  const button = byId("theme");
  const remembered = (() => { try { return localStorage.getItem("bookproof-theme"); } catch { return null; } })();
  const dress = (theme) => {
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    button.querySelector("span").textContent = theme;
    try { localStorage.setItem("bookproof-theme", theme); } catch { /* not kept where nothing may be stored */ }
  };
  let theme = themes.includes(remembered) ? remembered : "system";
  dress(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    dress(theme);
  });

  // -- copying -------------------------------------------------------------------------------------------------
  const copy = async (pre) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      return true;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(pre);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand("copy");
    }
  };
  for (const one of all(".copy")) {
    one.hidden = false;
    one.addEventListener("click", async () => {
      const done = await copy(one.parentElement.querySelector("pre"));
      one.textContent = done ? "Copied" : "Selected";
      say(done ? "The command is copied." : "The command is selected.");
      setTimeout(() => { one.textContent = "Copy"; }, 1600);
    });
  }

  // -- filters -------------------------------------------------------------------------------------------------
  const form = document.querySelector(".tools");
  const rows = all("#rows > .row, .lines > tr");
  if (form && rows.length) {
    const count = byId("count");
    const what = count.textContent.replace(/^.* (?=\S+$)/, "");
    const texts = new Map();
    const text = (row) => {
      if (!texts.has(row)) texts.set(row, all(".s", row).map((part) => part.textContent).join(" ").toLowerCase());
      return texts.get(row);
    };
    const value = (id) => byId(id)?.value ?? "";
    const filter = () => {
      const words = value("search").toLowerCase().split(/\s+/).filter(Boolean);
      const outcomes = all("input[name=outcome]:checked", form).map((box) => box.value);
      const chosen = ["level", "operation", "by"].map((key) => [key, value(key)]).filter((pair) => pair[1]);
      const changed = byId("changed")?.checked;
      let shown = 0;
      for (const row of rows) {
        const fits = (!outcomes.length || outcomes.includes(row.dataset.outcome))
          && chosen.every(([key, wanted]) => row.dataset[key] === wanted)
          && (!changed || row.dataset.changed === "yes")
          && words.every((word) => text(row).includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent = `${shown} of ${rows.length} ${what}`;
      byId("none").hidden = shown > 0;
    };
    let waiting = 0;
    const soon = () => { clearTimeout(waiting); waiting = setTimeout(filter, 60); };
    const arrange = () => {
      const key = value("order") || "rank";
      byId("rows").append(...rows.slice().sort((a, b) => a.dataset[key] - b.dataset[key]));
    };
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", soon);
    form.addEventListener("reset", () => setTimeout(() => { filter(); if (byId("order")) arrange(); }));
    byId("order")?.addEventListener("change", arrange);
    byId("open")?.addEventListener("click", () => {
      for (const row of rows) if (!row.hidden) row.open = true;
    });
    byId("close")?.addEventListener("click", () => {
      for (const row of rows) row.open = false;
    });
    for (const one of all(".theme-filter")) {
      one.addEventListener("click", () => {
        byId("by").value = byId("by").value === one.value ? "" : one.value;
        filter();
        byId("requirements").scrollIntoView();
        say(count.textContent);
      });
    }
    filter();

    // A link to a requirement opens it, whatever is filtered.
    const follow = () => {
      const row = byId(decodeURIComponent(location.hash.slice(1)));
      if (!row || !row.matches("details.row")) return;
      if (row.hidden) form.reset();
      row.hidden = false;
      row.open = true;
      row.scrollIntoView();
      row.querySelector("summary").focus({ preventScroll: true });
    };
    addEventListener("hashchange", follow);
    follow();
  }

  // -- print ---------------------------------------------------------------------------------------------------
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details.row[data-outcome=failed], details.row[data-outcome=warned]").filter((row) => !row.open);
    for (const row of opened) row.open = true;
  });
  addEventListener("afterprint", () => { for (const row of opened) row.open = false; });
})();
