// What the X-ray's pages gain by a script: requests as they come, one of them beside the list, a station at a time.
'use strict';
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const watch = one('.watch');

  // A journey: the stations are tabs.
  const prepare = root => {
    const links = all('.way a', root);
    if (!links.length) return;
    const open = (link, focus) => {
      for (const other of links) {
        const is = other === link;
        is ? other.setAttribute('aria-current', 'step') : other.removeAttribute('aria-current');
        one(other.hash, root).hidden = !is;
      }
      if (focus) link.focus();
    };
    links.forEach((link, index) => {
      link.onclick = event => { event.preventDefault(); open(link); };
      link.onkeydown = event => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        open(links[(index + step + links.length) % links.length], true);
      };
    });
    open(links.find(link => link.hash === location.hash) ?? links.at(-1));
    for (const step of all('.times a', root)) {
      step.onclick = event => { event.preventDefault(); open(links.find(link => link.hash === step.hash), true); };
    }
    for (const button of all('[data-copy]', root)) {
      button.hidden = false;
      button.onclick = async () => {
        const said = button.textContent;
        const { copied, failed } = one('script[data-copied]').dataset;
        try {
          await navigator.clipboard.writeText(await (await fetch(button.dataset.copy)).text());
          button.textContent = copied;
        } catch { button.textContent = failed; }
        setTimeout(() => { button.textContent = said; }, 1500);
      };
    }
  };

  prepare(document);
  if (!watch) return;

  // The list: new ones come on top; the oldest go.
  const { events, from, way } = watch.dataset;
  const body = one('tbody', watch);
  const said = one('[role=status]');
  const box = one('.panel input');
  const pause = one('.pause');
  const pane = one('.pane', watch);
  const empty = one('.empty', watch);
  const texts = [said.dataset.live, said.dataset.paused, said.dataset.broken];
  const waiting = [];
  let isPaused = false;
  const cell = (row, text) => { const td = row.insertCell(); td.textContent = text; return td; };
  const clock = cell => { cell.textContent = new Date(cell.title).toTimeString().slice(0, 8); };
  for (const row of body.rows) clock(row.cells[0]);
  const spent = us => us === undefined ? '' : us < 1000 ? `${us} µs` : us < 1e6 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1e6).toFixed(1)} s`;
  const sift = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of body.rows) {
      const line = [1, 2, 3].map(index => row.cells[index].textContent).join(' ').toLowerCase();
      row.hidden = !words.every(word => line.includes(word));
      shown += !row.hidden;
    }
    empty.hidden = shown > 0;
  };
  const add = entry => {
    const row = body.insertRow(0);
    clock(Object.assign(cell(row, ''), { title: entry.time }));
    cell(row, entry.method);
    const link = document.createElement('a');
    link.href = way + entry.id;
    link.textContent = entry.target;
    cell(row, '').append(link);
    const status = document.createElement('b');
    status.className = `status s${Math.floor(entry.status / 100)}`;
    status.textContent = entry.status;
    cell(row, '').append(status);
    cell(row, entry.bytes);
    cell(row, spent(entry.took_us));
    if (body.rows.length > 500) body.deleteRow(-1);
  };
  const flush = () => { waiting.splice(0).forEach(add); sift(); };
  const say = () => { said.textContent = texts[+isPaused]; };
  const source = new EventSource(`${events}?from=${from}`);
  source.onopen = say;
  source.onerror = () => { if (source.readyState !== EventSource.OPEN) said.textContent = texts[2]; };
  source.onmessage = ({ data }) => {
    waiting.push(...JSON.parse(data));
    if (waiting.length > 500) waiting.splice(0, waiting.length - 500);
    if (!isPaused) flush();
  };
  pause.hidden = false;
  const [off, on] = [pause.textContent, pause.dataset.on];
  pause.onclick = () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? on : off;
    say();
    if (!isPaused) flush();
  };
  one('.again').hidden = true;
  box.form.onsubmit = event => event.preventDefault();
  box.oninput = sift;

  // One of them, beside the list where there is room; else it has its own page.
  const show = async link => {
    const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), 'text/html');
    const journey = one('.journey', page) ?? one('main .empty', page);
    all('.open', body).forEach(row => row.classList.remove('open'));
    link.closest('tr').classList.add('open');
    pane.replaceChildren(document.importNode(journey, true));
    pane.scrollTop = 0;
    prepare(pane);
  };
  addEventListener('keydown', event => {
    if (event.key !== '/' || event.target.matches('input')) return;
    event.preventDefault();
    box.focus();
  });
  const rows = () => all('a', body).filter(link => link.offsetParent);
  body.onclick = event => {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !pane.offsetParent) return;
    event.preventDefault();
    show(link);
  };
  watch.onkeydown = event => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const at = rows().indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    rows()[Math.max(0, Math.min(rows().length - 1, at + step))]?.focus();
  };
})();
