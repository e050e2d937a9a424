// Tables sort by a click on a header: numbers downwards first, words upwards first, again for the other way.
"use strict";

awd.tables = (() => {
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.number === undefined ? cell.querySelector(".value").textContent : Number(cell.dataset.number);
  };

  /** Words and numbers in one column: numbers first; what is not known ("–") last either way. */
  const compare = (a, b, sign) => {
    const aMissing = a === "–", bMissing = b === "–";
    if (aMissing || bMissing) return aMissing - bMissing;
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return sign * a.localeCompare(b, "en", { numeric: true });
  };

  const sort = (table, column) => {
    const header = table.tHead.rows[0].cells[column];
    const first = header.classList.contains("text") ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = header.getAttribute("aria-sort") === first ? other : first;
    for (const cell of table.tHead.rows[0].cells) cell.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
    rows.sort((a, b) => compare(a.key, b.key, sign));
    body.append(...rows.map(({ row }) => row));
  };

  const start = () => {
    for (const table of document.querySelectorAll("table.sortable")) {
      [...table.tHead.rows[0].cells].forEach((cell, column) => {
        cell.querySelector("button").addEventListener("click", () => sort(table, column));
      });
    }
  };
  return { start };
})();
