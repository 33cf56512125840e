'use strict';
document.documentElement.classList.add('js');
document.addEventListener('DOMContentLoaded', () => {
  const table = document.getElementById('hosts');
  if (!table) return;
  const lang = document.documentElement.lang;
  const heads = [...table.tHead.rows[0].cells];
  const hosts = [...table.tBodies].map((body, nth) => ({ body, nth, text: null, keys: [] }));
  const collator = new Intl.Collator(lang, { numeric: true });
  const number = new Intl.NumberFormat(lang);
  const words = document.getElementById('words');
  const verdict = document.getElementById('verdict');
  const status = document.getElementById('shown');
  const more = document.getElementById('more');
  const isNumber = (head) => head.classList.contains('number') || head.classList.contains('count');
  const fill = (phrase, ...numbers) => phrase.replace(/\{\}/g, () => number.format(numbers.shift()));

  // Only so many rows are laid out at a time: a browser takes seconds for ten thousand. The others are "late".
  const page = Number(table.dataset.page);
  let limit = page;
  let fitting = hosts;
  let shown = new Set(hosts.filter((host) => !host.body.classList.contains('late')));
  const show = () => {
    const next = fitting.slice(0, limit);
    const wanted = new Set(next);
    for (const host of shown) if (!wanted.has(host)) host.body.classList.add('late');
    for (const host of next) host.body.classList.remove('late');
    table.append(...next.map((host) => host.body));
    shown = wanted;
    const all = next.length === fitting.length;
    status.textContent = all ? fill(status.dataset.all, next.length, hosts.length) : fill(status.dataset.some, fitting.length, hosts.length, next.length);
    more.hidden = all;
    more.textContent = fill(more.dataset.phrase, Math.min(page, fitting.length - next.length));
    measure();
  };

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

  // A part of the period, chosen by two sliders or across the chart: only hosts that were seen in it.
  const [from, to] = ['from', 'to'].map((id) => document.getElementById(id));
  let isSeen = () => true;
  if (from) {
    const last = Number(to.max);
    const times = from.dataset.times.split('|');
    const rangesOf = (host) => (host.on ??= (host.body.dataset.on ?? '').split(' ').filter(Boolean).map((range) => range.split('-').map(Number)));
    const choose = (start, end) => {
      const a = Math.min(Math.max(0, Math.min(start, end)), last - 1);
      const b = Math.max(a + 1, Math.min(last, Math.max(start, end)));
      from.value = a;
      to.value = b;
      [[from, a], [to, b]].forEach(([slider, at]) => {
        slider.setAttribute('aria-valuetext', times[at]);
        slider.parentElement.querySelector('output').textContent = times[at];
      });
      for (const off of document.querySelectorAll('.timeline .off')) {
        const isLeft = off.dataset.side === 'left';
        off.setAttribute('x', isLeft ? 0 : b);
        off.setAttribute('width', isLeft ? a : last - b);
      }
      const isWhole = a === 0 && b === last;
      isSeen = (host) => isWhole || rangesOf(host).some(([first, end = first]) => first < b && end >= a);
    };
    from.addEventListener('input', () => { choose(Number(from.value), Math.max(Number(to.value), Number(from.value) + 1)); filter(); });
    to.addEventListener('input', () => { choose(Math.min(Number(from.value), Number(to.value) - 1), Number(to.value)); filter(); });
    document.getElementById('whole').addEventListener('click', () => { choose(0, last); filter(); });
    const plot = document.querySelector('.timeline .plot');
    const columnOf = (event) => {
      const { left, width } = plot.getBoundingClientRect();
      return Math.max(0, Math.min(last - 1, Math.floor(((event.clientX - left) / width) * last)));
    };
    let start = null;
    plot.addEventListener('pointerdown', (event) => {
      start = columnOf(event);
      plot.setPointerCapture(event.pointerId);
    });
    const drag = (event) => {
      if (start === null) return;
      const here = columnOf(event);
      choose(Math.min(start, here), Math.max(start, here) + 1);
    };
    plot.addEventListener('pointermove', drag);
    plot.addEventListener('pointerup', (event) => { drag(event); start = null; filter(); });
    plot.addEventListener('pointercancel', () => { start = null; });
    // A browser that goes back to the page may have kept where they stood.
    choose(Number(from.value), Number(to.value));
  }

  const wantedBy = { all: () => true, suspicious: (host) => host.body.dataset.verdict !== '', 'break-in': (host) => host.body.dataset.verdict === 'break-in' };
  const filter = () => {
    const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = wantedBy[verdict.value];
    fitting = hosts.filter((host) => fits(host) && isSeen(host) && terms.every((term) => textOf(host).includes(term)));
    limit = page;
    show();
  };
  const sortBy = (column) => {
    const head = heads[column];
    const before = head.getAttribute('aria-sort');
    const { first } = head.dataset;
    const second = first === 'ascending' ? 'descending' : 'ascending';
    // Once, the other way round, and back to the order in which the page came.
    const order = before === 'none' ? first : before === first ? second : 'none';
    for (const other of heads) other.setAttribute('aria-sort', other === head ? order : 'none');
    const sign = { ascending: 1, descending: -1, none: 0 }[order];
    const plain = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const compare = head.classList.contains('text') ? collator.compare : plain;
    hosts.sort((a, b) => (sign && sign * compare(keyOf(a, column), keyOf(b, column))) || a.nth - b.nth);
    filter();
  };
  heads.forEach((head, column) => head.firstElementChild.addEventListener('click', () => sortBy(column)));
  words.addEventListener('input', filter);
  verdict.addEventListener('change', filter);
  more.addEventListener('click', () => {
    const last = fitting[limit - 1];
    limit += page;
    show();
    // The button may be gone: go on at the first of the new rows.
    last.body.nextElementSibling.querySelector('.fold').focus();
  });
  // Where the whole table has room, the page scrolls and the headings stick to its top.
  const box = table.closest('.scroll');
  const measure = () => {
    box.classList.remove('fits');
    box.classList.toggle('fits', box.scrollWidth <= box.clientWidth);
  };
  window.addEventListener('resize', measure);
  // On paper, all rows that fit.
  window.addEventListener('beforeprint', () => { limit = Infinity; show(); });

  const fold = (button, open) => {
    button.closest('tbody').classList.toggle('open', open);
    button.setAttribute('aria-expanded', String(open));
  };
  table.addEventListener('click', (event) => {
    const button = event.target.closest('.fold');
    if (button) fold(button, button.getAttribute('aria-expanded') !== 'true');
  });
  // A link to a host opens it, whatever the filter says.
  const openTarget = () => {
    const host = location.hash.length > 1 && hosts.find((one) => one.body.id === location.hash.slice(1));
    if (!host) return;
    host.body.classList.remove('late');
    shown.add(host);
    const button = host.body.querySelector('.fold');
    fold(button, true);
    button.focus();
    host.body.scrollIntoView();
  };
  window.addEventListener('hashchange', openTarget);
  // The text of all hosts is read while nobody waits, so that the first letter typed finds it there.
  const read = (from) => requestIdleCallback((idle) => {
    let nth = from;
    while (nth < hosts.length && idle.timeRemaining() > 1) textOf(hosts[nth++]);
    if (nth < hosts.length) read(nth);
  });
  if (window.requestIdleCallback) read(0);
  // A browser that goes back to the page may have kept what was typed.
  filter();
  openTarget();
});
