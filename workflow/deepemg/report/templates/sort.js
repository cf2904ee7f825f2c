// Tables sort by a click on a heading, and a field above each keeps the rows that hold its words.
document.querySelectorAll("table.sortable").forEach((table) => {
  const body = table.tBodies[0];
  const content = (row, place) => row.cells[place].dataset.value ?? row.cells[place].textContent.trim();
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    head.tabIndex = 0;
    head.onclick = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = (a, b) => content(a, place).localeCompare(content(b, place), "en", { numeric: true });
      const number = (row) => parseFloat(content(row, place));
      const rows = [...body.rows].sort((a, b) => (isNaN(number(a) - number(b)) ? order(a, b) : number(a) - number(b)));
      body.append(...(down ? rows.reverse() : rows));
    };
    head.onkeydown = (event) => { if (event.key === "Enter") head.onclick(); };
  });
  const filter = document.createElement("input");
  filter.className = "filter";
  filter.type = "search";
  filter.placeholder = "keep rows with … (e.g. S3 BRA 4 kg)";
  filter.setAttribute("aria-label", "keep rows with these words");
  filter.oninput = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    [...body.rows].forEach((row) => {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    });
  };
  table.parentElement.before(filter);
});
