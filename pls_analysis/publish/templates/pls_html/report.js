"use strict";
// Tables are sorted and copied; a source that is shown goes on Escape. Without this script the
// page is whole, but for these.
(() => {
  const words = document.body.dataset;
  const shown = (cell) => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll("u").forEach((one) => one.remove());
    return copy.textContent.trim();
  };
  const figure = (text) => {
    const found = text.replace(/[,\s]/g, "").replace(/[−▼]/g, "-").match(/^[▲+]?(-?\d+(?:\.\d+)?)/);
    return found ? Number(found[1]) : null;
  };
  const order = (a, b) => {
    const [one, other] = [figure(a), figure(b)];
    if (one !== null && other !== null) return one - other;
    return (other !== null) - (one !== null) || a.localeCompare(b, document.documentElement.lang);
  };
  const sort = (head) => {
    const table = head.closest("table");
    const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    table.querySelectorAll("th").forEach((one) => one.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows];
    const text = (row) => shown(row.cells[head.cellIndex]);
    rows.sort((a, b) => turn * order(text(a), text(b)));
    table.tBodies[0].append(...rows);
  };
  const copy = async (table, button) => {
    const lines = [...table.rows].map((row) => [...row.cells].map(shown).join("\t"));
    const text = lines.join("\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // An older browser, or one that lends its clipboard to no page from a disk.
      const area = document.createElement("textarea");
      area.value = text;
      button.after(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = words.copied;
  };
  document.querySelectorAll(".pls-table").forEach((field) => {
    const table = field.querySelector("table");
    if (!table.tHead || table.tBodies[0].rows.length < 2) return;
    [...table.tHead.rows].at(-1).querySelectorAll("th").forEach((head) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(head));
    });
    const tools = document.createElement("div");
    const button = document.createElement("button");
    tools.className = "tools";
    button.type = "button";
    button.textContent = words.copy;
    button.addEventListener("click", () => copy(table, button));
    tools.append(button);
    field.before(tools);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.activeElement.blur();
  });
})();
