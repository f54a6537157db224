// Keeps on the shelf what answers to the words, and marks the words in it.
"use strict";

const words = document.querySelector("#words");
const form = words.form;
const count = form.querySelector("output");
const none = document.querySelector(".none");

// One plain form for what is looked for and what is looked in: no capitals, no accents, full width as half.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const stones = [...document.querySelectorAll(".shelf > li")].map((item) => ({
  item,
  born: item.dataset.born,
  text: plain(item.textContent + " " + item.querySelector("img").alt),
  // Heading and paragraph as they were, to mark anew each time.
  parts: [...item.querySelectorAll("h2, p")].map((node) => ({ node, html: node.innerHTML })),
}));

function look() {
  const wanted = plain(words.value).split(/\s+/).filter(Boolean);
  const born = form.elements.born.value;
  let shown = 0;
  for (const stone of stones) {
    const fits = (!born || stone.born === born) && wanted.every((word) => stone.text.includes(word));
    stone.item.hidden = !fits;
    shown += fits;
    for (const part of stone.parts) {
      part.node.innerHTML = part.html;
      if (fits) wanted.forEach((word) => mark(part.node, word));
    }
  }
  none.hidden = shown > 0;
  count.value = wanted.length || born ? `${shown} of ${stones.length} stones` : "";
  history.replaceState(null, "", wanted.length ? "#" + encodeURIComponent(words.value) : location.pathname);
}

// Goes through text nodes only, so that what was typed is never read as markup.
function mark(root, word) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    const at = node.data.toLowerCase().indexOf(word);
    if (at < 0 || node.parentNode.tagName === "MARK") continue;
    const found = node.splitText(at);
    found.splitText(Math.min(word.length, found.length));
    const element = document.createElement("mark");
    found.replaceWith(element);
    element.append(found);
  }
}

form.addEventListener("input", look);
form.addEventListener("submit", (event) => event.preventDefault());
if (location.hash) words.value = decodeURIComponent(location.hash.slice(1));
look();
