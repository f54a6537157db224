// What the look-up gains by a script: suggestions under the box while somebody types. Without it the box is a plain form.
'use strict';
(() => {
  const say = document.currentScript.dataset;
  const box = document.querySelector('.box input[name=q]');

  const suggest = () => {
    const list = document.createElement('div');
    const said = document.createElement('p');
    // On a phone the list takes the whole screen.
    const shut = document.createElement('button');
    Object.assign(list, { id: 'suggest', className: 'suggest', role: 'listbox', ariaLabel: say.label, hidden: true });
    Object.assign(said, { className: 'said', role: 'status' });
    Object.assign(shut, { className: 'shut', type: 'button', textContent: say.close });
    box.form.append(shut, list, said);
    const state = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': false };
    for (const [name, value] of Object.entries(state)) box.setAttribute(name, value);
    const options = () => [...list.querySelectorAll('[role=option]')];
    let chosen = -1;
    let asking = null;
    let later = 0;

    const choose = index => {
      chosen = index;
      options().forEach((option, at) => option.setAttribute('aria-selected', at === index));
      const option = options()[index];
      if (!option) return box.removeAttribute('aria-activedescendant');
      box.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    };
    const open = is => {
      list.hidden = !is;
      box.setAttribute('aria-expanded', is);
      choose(-1);
    };
    const stop = () => {
      clearTimeout(later);
      asking?.abort();
      open(false);
    };
    const ask = async () => {
      asking?.abort();
      const q = box.value.trim();
      if (!q) return stop();
      const turn = asking = new AbortController();
      try {
        const query = new URLSearchParams({ format: 'html', q, here: box.dataset.here ?? '' });
        const answer = await fetch(`${box.form.action.replace(/find$/, 'suggest')}?${query}`, { signal: turn.signal });
        const text = await answer.text();
        if (!answer.ok) throw answer.status;
        if (turn.signal.aborted) return;
        // All in it is escaped by the server, and the policy of the page lets nothing in it act.
        list.innerHTML = text;
        said.textContent = list.firstElementChild.textContent;
        list.scrollTop = 0;
        open(true);
      } catch {
        // Nobody is told of what only failed to help: Enter still finds.
        if (turn === asking) open(false);
      }
    };

    box.addEventListener('input', event => {
      clearTimeout(later);
      // Letters on their way to become a character are not words yet.
      if (!event.isComposing) later = setTimeout(ask, 25);
    });
    box.addEventListener('compositionend', () => {
      clearTimeout(later);
      later = setTimeout(ask, 25);
    });
    box.addEventListener('keydown', event => {
      // 229: the key belongs to an input method, also where the end of composing comes ahead of it.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === 'Enter') clearTimeout(later);
      if (list.hidden) return;
      const count = options().length + 1;
      // The box itself is a place between the last and the first.
      const move = by => choose((chosen + 1 + by + count) % count - 1);
      const option = options()[chosen];
      if (event.key === 'ArrowDown') move(1);
      else if (event.key === 'ArrowUp') move(-1);
      else if (event.key === 'Escape') stop();
      else if (event.key === 'Enter' && option) option.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey }));
      else return;
      event.preventDefault();
    });
    shut.onclick = stop;
    box.form.addEventListener('submit', stop);
    box.form.addEventListener('focusout', event => box.form.contains(event.relatedTarget) || stop());
    // What is pressed must not take the focus, or the list would be gone before it is let go.
    list.addEventListener('mousedown', event => event.preventDefault());
    addEventListener('pageshow', event => event.persisted && stop());
  };

  // The page of the index, while it is being built.
  const watch = async () => {
    const main = document.querySelector('main[data-busy]');
    if (!main) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      main.replaceWith(document.importNode(page.querySelector('main'), true));
    } catch {}
    setTimeout(watch, 2000);
  };

  if (box) suggest();
  setTimeout(watch, 2000);
})();
