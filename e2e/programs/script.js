// Exercises an interpreter inside the interpreter: closures, regular expressions, sorting, big
// integers, exceptions, generators and typed arrays.
function* primes(limit) {
  const composite = new Uint8Array(limit);
  for (let n = 2; n < limit; n++) {
    if (composite[n]) continue;
    yield n;
    for (let m = n * n; m < limit; m += n) composite[m] = 1;
  }
}
console.log("primes:", [...primes(60)].join(" "), [...primes(20000)].length);

let factorial = 1n;
for (let i = 2n; i <= 50n; i++) factorial *= i;
console.log("50! =", factorial.toString());

const words = "the quick brown fox jumps over the lazy dog the end".split(/\s+/);
const counts = new Map();
for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
console.log("words:", JSON.stringify([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))));

console.log("replaced:", "2026-11-21".replace(/(\d+)-(\d+)-(\d+)/, "$3.$2.$1"));
console.log("floats:", Math.sqrt(2), 0.1 + 0.2, 1e21, -0 === 0, (255).toString(2), Math.fround(0.1));

try {
  null.property;
} catch (error) {
  console.log("caught:", error instanceof TypeError);
}

function deep(n) { return n === 0 ? 0 : 1 + deep(n - 1); }
console.log("depth:", deep(500));

class Matrix {
  constructor(n) { this.n = n; this.cells = new Float64Array(n * n).map((_, i) => (i * 7) % 13); }
  times(other) {
    const product = new Matrix(this.n);
    for (let i = 0; i < this.n; i++)
      for (let j = 0; j < this.n; j++) {
        let sum = 0;
        for (let k = 0; k < this.n; k++) sum += this.cells[i * this.n + k] * other.cells[k * this.n + j];
        product.cells[i * this.n + j] = sum;
      }
    return product;
  }
  trace() { let t = 0; for (let i = 0; i < this.n; i++) t += this.cells[i * this.n + i]; return t; }
}
console.log("trace:", new Matrix(24).times(new Matrix(24)).trace());
