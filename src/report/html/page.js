'use strict';
document.documentElement.classList.add('js');
document.addEventListener('DOMContentLoaded', () => {
  const table = document.getElementById('hosts');
  if (!table) return;
  const heads = [...table.tHead.rows[0].cells];
  const hosts = [...table.tBodies].map((body, nth) => ({ body, nth, text: null, keys: [] }));
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const isNumber = (head) => head.classList.contains('number') || head.classList.contains('count');

  // Read from the page once, when they are first asked for.
  const keyOf = (host, column) => {
    if (host.keys[column] === undefined) {
      const cell = host.body.rows[0].cells[column];
      const text = cell.dataset.key ?? cell.textContent;
      host.keys[column] = isNumber(heads[column]) ? Number(text.replace(/\D/g, '') || -1) : text;
    }
    return host.keys[column];
  };
  const textOf = (host) => (host.text ??= host.body.textContent.toLowerCase());

  const sortBy = (column) => {
    const head = heads[column];
    const before = head.getAttribute('aria-sort');
    const order = before === 'none' ? (isNumber(head) ? 'descending' : 'ascending') : before === 'ascending' ? 'descending' : 'ascending';
    heads.forEach((other) => other.setAttribute('aria-sort', other === head ? order : 'none'));
    const sign = order === 'ascending' ? 1 : -1;
    const compare = isNumber(head) ? (a, b) => a - b : head.classList.contains('text') ? collator.compare : (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    hosts.sort((a, b) => sign * compare(keyOf(a, column), keyOf(b, column)) || a.nth - b.nth);
    table.append(...hosts.map((host) => host.body));
  };
  heads.forEach((head, column) => head.firstElementChild.addEventListener('click', () => sortBy(column)));

  const words = document.getElementById('words');
  const verdict = document.getElementById('verdict');
  const shown = document.getElementById('shown');
  const wanted = { all: () => true, suspicious: (host) => host.body.dataset.verdict !== '', 'break-in': (host) => host.body.dataset.verdict === 'break-in' };
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const filter = () => {
    const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const host of hosts) {
      const fits = wanted[verdict.value](host) && terms.every((term) => textOf(host).includes(term));
      host.body.hidden = !fits;
      count += fits;
    }
    const numbers = [number.format(count), number.format(hosts.length)];
    shown.textContent = shown.dataset.phrase.replace(/\{\}/g, () => numbers.shift());
  };
  words.addEventListener('input', filter);
  verdict.addEventListener('change', filter);
  // A browser that goes back to the page may have kept what was typed.
  filter();

  const fold = (button, open) => {
    button.closest('tbody').classList.toggle('open', open);
    button.setAttribute('aria-expanded', String(open));
  };
  table.addEventListener('click', (event) => {
    const button = event.target.closest('.fold');
    if (button) fold(button, button.getAttribute('aria-expanded') !== 'true');
  });
  // A link to a host opens it.
  const openTarget = () => {
    const button = location.hash.length > 1 && document.getElementById(location.hash.slice(1))?.querySelector('.fold');
    if (button) { fold(button, true); button.focus(); }
  };
  window.addEventListener('hashchange', openTarget);
  openTarget();
});
