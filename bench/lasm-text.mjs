// Writes the text that speed is measured on: node bench/lasm-text.mjs <instructions per function> <nested functions>
const n = +process.argv[2];
const fns = +process.argv[3];
let s = 12345;
const r = (m) => {
  s = (s * 1103515245 + 12345) % 2147483648;
  return (s >>> 8) % m;
};
const form = [
  () => `MOVE R${r(30)} R${r(30)}`,
  () => `LOADK R${r(30)} K${r(40)}`,
  () => `GETTABUP R${r(30)} U0 K${r(40)}`,
  () => `ADD R${r(30)} R${r(30)} K${r(40)}`,
  () => `GETTABLE R${r(30)} R${r(30)} K${r(40)}`,
  () => `CALL R${r(30)} 2 1 ; call`,
  () => `SETTABLE R${r(30)} K${r(40)} R${r(30)}`,
  () => `LT R1 R${r(30)} K${r(40)}`,
  () => `JMP R0 L0`,
  () => `NEWTABLE R${r(30)} 0 0`,
];
const tail = [];
for (let i = 0; i < 40; i++) tail.push(`    K${i} = ${i % 2 ? `"constant string number ${i}"` : `${i}.5`}`);
const out = [".fn @perf.lua", ".header", "    is_vararg=1, maxstack=60"];
const body = (k) => {
  out.push(".instruction");
  for (let i = 0; i < k; i++) {
    if (i % 50 === 0) out.push(`L${i}:`);
    out.push(`    ${form[r(10)]()}`);
  }
  out.push("    RETURN R0 1", ".const", ...tail, ".upvalue", "    U0 = L0 R0");
};
body(fns ? 20 : n);
for (let i = 0; i < fns; i++) {
  out.push(".fn", ".header", "    maxstack=60");
  body(n);
  out.push(".endfn");
}
out.push(".endfn");
process.stdout.write(`${out.join("\n")}\n`);
