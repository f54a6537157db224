// What pages gain by a script: keys, finding while typing, previews beside the rows, dates in the reader's zone.
// Every page is whole without it.
'use strict';
(() => {
  const say = document.currentScript.dataset;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const make = (tag, text = '') => Object.assign(document.createElement(tag), { textContent: text });
  const box = one('.box input');
  const pane = one('.pane');
  const keys = one('#keys');
  const hint = pane && pane.innerHTML;

  // Dates: the server knows only its own zone.
  const localDates = root => {
    const now = new Date();
    const locale = document.documentElement.lang;
    const long = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' });
    const hour = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    for (const time of all('time', root)) {
      const date = new Date(time.dateTime);
      if (isNaN(date)) continue;
      time.title = long.format(date);
      if (date.toDateString() === now.toDateString()) time.textContent = hour.format(date);
    }
  };

  // Rows: links to materials, in the order they are seen.
  const links = () => all('.rows td a, .tiles .name, .similar a, .hits h2 a').filter(link => link.offsetParent);
  const around = () => links().indexOf(document.activeElement.closest?.('a'));
  const columns = () => {
    const tiles = all('.tiles li').filter(tile => tile.offsetParent);
    const top = tiles.length && tiles[0].offsetTop;
    return Math.max(1, tiles.filter(tile => tile.offsetTop === top).length);
  };
  const move = step => {
    const rows = links();
    const from = around();
    const to = from < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, from + step));
    if (!rows[to]) return;
    rows[to].focus();
    rows[to].scrollIntoView({ block: 'nearest' });
  };

  // A name cut in the middle: the room that is left behind its last whole letter would look like a gap.
  const pen = make('canvas').getContext('2d');
  const closeGaps = () => {
    const starts = all('b:has(+ u)');
    for (const start of starts) start.style.maxWidth = '';
    // All is measured before anything is changed, so that the page is laid out once.
    const widths = starts.map(start => {
      if (start.scrollWidth <= start.clientWidth) return '';
      const { fontSize, fontFamily } = getComputedStyle(start);
      pen.font = `${fontSize} ${fontFamily}`;
      const points = pen.measureText('…').width + 1;
      const range = document.createRange();
      const widthOf = length => {
        range.setStart(start.firstChild, 0);
        range.setEnd(start.firstChild, length);
        return range.getBoundingClientRect().width;
      };
      const room = start.getBoundingClientRect().width - points;
      let [fits, length] = [0, start.firstChild.length];
      while (length - fits > 1) {
        const middle = fits + length >> 1;
        if (widthOf(middle) <= room) fits = middle; else length = middle;
      }
      return `${widthOf(fits) + points}px`;
    });
    starts.forEach((start, index) => { start.style.maxWidth = widths[index]; });
  };
  new ResizeObserver(closeGaps).observe(document.documentElement);

  // Previews: the pane beside the rows where there is one, else a sheet over them.
  let asked = 0;
  let shownLink = null;
  let sheet = null;
  const hasPane = () => pane && pane.offsetParent !== null;
  const isFolder = link => link.pathname.endsWith('/');
  const closeSheet = () => sheet?.open && sheet.close();
  const mark = link => {
    all('.open').forEach(row => row.classList.remove('open'));
    link?.closest('tr, li').classList.add('open');
    shownLink = link;
  };
  const place = () => {
    if (hasPane()) return pane;
    if (!sheet) {
      sheet = make('dialog');
      sheet.className = 'sheet';
      sheet.setAttribute('aria-label', say.preview);
      sheet.addEventListener('close', () => { sheet.lastChild.replaceChildren(); shownLink?.focus(); });
      sheet.addEventListener('click', event => event.target === sheet && sheet.close());
      const form = make('form');
      form.method = 'dialog';
      form.append(make('button', say.close));
      sheet.append(form, make('div'));
      document.body.append(sheet);
    }
    if (!sheet.open) sheet.showModal();
    return sheet.lastChild;
  };
  const show = async link => {
    if (!link) return;
    mark(link);
    const turn = ++asked;
    const into = place();
    if (isFolder(link)) {
      const head = make('h2', link.textContent);
      const meta = make('p', all('td', link.closest('tr') || link).slice(1).map(cell => cell.textContent).filter(Boolean).join(' · '));
      meta.className = 'count';
      into.replaceChildren(head, meta);
      return;
    }
    try {
      const answer = await fetch(link.pathname + '?preview', { headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (turn !== asked) return;
      const article = one('.preview', page);
      if (!article) throw answer.status;
      rebase(article, link.href);
      into.replaceChildren(document.importNode(article, true));
      into.scrollTop = 0;
      enhance(into);
    } catch {
      if (turn === asked) into.replaceChildren(make('p', say.failed));
    }
  };
  // Addresses in a preview are relative to the material, which stands in this folder; but not those of a hit elsewhere.
  const rebase = (root, base) => {
    for (const name of ['href', 'src', 'data', 'action']) {
      for (const node of all(`[${name}]`, root)) {
        const value = node.getAttribute(name);
        if (!value.startsWith('#')) node.setAttribute(name, new URL(value, base).href);
      }
    }
    for (const form of all('form:not([action])', root)) form.action = base;
  };
  let later = 0;
  const follow = link => {
    if (!hasPane() || link === shownLink) return;
    clearTimeout(later);
    // A key held down passes many rows; only where it rests is something fetched.
    later = setTimeout(() => show(link), 120);
  };
  const step = by => {
    const rows = links().filter(link => !isFolder(link));
    const next = rows[rows.indexOf(shownLink) + by];
    if (next) show(next);
  };

  // What a preview can do more.
  const enhance = root => {
    localDates(root);
    for (const button of all('.copy', root)) {
      button.hidden = !navigator.clipboard;
      button.onclick = async () => {
        const address = new URL(button.dataset.href, shownLink ? shownLink.href : location.href);
        const before = button.textContent;
        await navigator.clipboard.writeText(address.href);
        button.textContent = say.copied;
        setTimeout(() => { button.textContent = before; }, 1500);
      };
    }
    for (const select of all('.charset select', root)) {
      select.form.lastElementChild.hidden = true;
      select.onchange = () => select.form.requestSubmit();
    }
    for (const hash of all('.hash', root)) {
      hash.hidden = !(window.crypto && crypto.subtle);
      const button = one('button', hash);
      button.onclick = async () => {
        button.disabled = true;
        const source = one('.acts a', hash.closest('.preview')).href;
        const bytes = await (await fetch(source)).arrayBuffer();
        const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        button.replaceWith(make('code', [...sum].map(byte => byte.toString(16).padStart(2, '0')).join('')));
      };
    }
    for (const link of all('.around a', root)) {
      if (root !== document) link.onclick = event => { event.preventDefault(); step(link.rel === 'next' ? 1 : -1); };
    }
  };

  // Finding in this folder while typing; the form asks the server for what is not on this page.
  if (box && box.name === 'match') {
    const nothing = make('p', say.none);
    nothing.className = 'empty';
    nothing.hidden = true;
    nothing.setAttribute('role', 'status');
    one('.rows, .tiles')?.after(nothing);
    const rows = all('.rows tbody tr, .tiles li').map(row => [row, (one('.name', row) || one('a', row)).textContent.toLowerCase()]);
    box.addEventListener('input', () => {
      const words = box.value.toLowerCase().split(/\s+/);
      let count = 0;
      for (const [row, name] of rows) count += !(row.hidden = !words.every(word => name.includes(word)));
      nothing.hidden = count > 0 || !rows.length;
    });
    box.form.addEventListener('submit', event => {
      // All names are here: the first of those left is what was looked for.
      if (one('.pager') || new URLSearchParams(location.search).has('match')) return;
      event.preventDefault();
      links()[0]?.focus();
    });
  }

  // Films show a frame once they are seen.
  const frames = new IntersectionObserver(seen => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) { target.preload = 'metadata'; frames.unobserve(target); }
    }
  });
  all('.face video').forEach(film => frames.observe(film));

  const open = one('.keys-open');
  if (open) {
    open.hidden = false;
    open.onclick = () => keys.showModal();
  }
  keys?.addEventListener('click', event => event.target === keys && keys.close());

  document.addEventListener('focusin', event => {
    const link = event.target.closest?.('.rows td a, .tiles .name');
    if (link) follow(link);
  });
  document.addEventListener('click', event => {
    // The icon before a name, or the face of a tile, shows; the name opens.
    const face = event.target.closest?.('.rows td svg, .face, .hits svg, .peek');
    const link = face && (face.closest('.rows a, h2 a') || one('h2 a', face.closest('.hits li') || face) || face.nextElementSibling);
    if (!link || isFolder(link) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link);
  });
  document.addEventListener('click', event => {
    const menu = one('.menu[open]');
    if (menu && !menu.contains(event.target)) menu.open = false;
  });

  const acts = {
    '/': () => { box?.focus(); box?.select(); },
    '?': () => keys?.showModal(),
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(columns()),
    ArrowUp: () => move(-columns()),
    Backspace: () => one('.crumbs [rel=up]')?.click(),
    ' ': () => show(links()[around()]),
  };
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target, key } = event;
    const isTyping = target.closest('input:not([type=checkbox]), select, textarea, [contenteditable]');
    if (key === 'Escape') {
      const menu = one('.menu[open]');
      if (menu) menu.open = false;
      else if (isTyping) target.blur();
      else if (shownLink && !sheet?.open && pane) { mark(null); asked++; pane.innerHTML = hint; }
      return;
    }
    if (isTyping) {
      if (key === 'ArrowDown' && target === box && target.getAttribute('aria-expanded') !== 'true') { event.preventDefault(); move(1); }
      return;
    }
    if (keys?.open) return;
    if (sheet?.open) {
      if (key === ' ' && !target.closest('button, a, summary, audio, video, input')) { event.preventDefault(); closeSheet(); }
      else if (key === 'j' || key === 'ArrowRight') step(1);
      else if (key === 'k' || key === 'ArrowLeft') step(-1);
      return;
    }
    const neighbour = { ArrowRight: 'next', ArrowLeft: 'prev', j: 'next', k: 'prev' }[key];
    const turn = neighbour && !links().length && !target.closest('audio, video') && one(`.around [rel=${neighbour}], .pager [rel=${neighbour}]`);
    if (turn) return turn.click();
    if (!links().length && key.startsWith('Arrow')) return;
    if (key === ' ' && around() < 0) return;
    if (key === ' ' && target.closest('button, summary, audio, video')) return;
    if (one('.tiles') && (key === 'ArrowRight' || key === 'ArrowLeft')) { event.preventDefault(); return move(key === 'ArrowRight' ? 1 : -1); }
    const act = Object.hasOwn(acts, key) && acts[key];
    if (act) { event.preventDefault(); act(); }
  });

  enhance(document);
})();
