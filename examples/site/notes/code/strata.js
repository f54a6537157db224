// Draws the layers of a wall as text, the youngest on top.
const layers = [
  { name: "soil", metres: 1, mark: "," },
  { name: "sandstone", metres: 4, mark: "." },
  { name: "slate", metres: 2, mark: "=" },
  { name: "granite", metres: 3, mark: "#" },
];

export function draw(layers, width = 24) {
  return layers.flatMap(({ name, metres, mark }) =>
    Array.from({ length: metres }, (_, metre) => mark.repeat(width) + (metre === 0 ? ` ${name}` : "")),
  ).join("\n");
}

console.log(draw(layers));
