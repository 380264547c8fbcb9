// Builds dist/: command-line bundles with their V8 code caches, the ESM API, and type declarations.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const staging = join(root, `dist.${process.pid}.tmp`);
const inRoot = (...parts) => join(root, ...parts);

// A relative dynamic import inside src/cli names a part that most runs do not need:
// it becomes a bundle of its own, loaded on first use.
const lazyBundles = {
  name: "lazy-bundles",
  setup(builder) {
    builder.onResolve({ filter: /^\.{1,2}\// }, (args) => {
      if (args.kind !== "dynamic-import") return undefined;
      return { path: `./${basename(args.path).replace(/\.js$/, ".cjs")}`, external: true };
    });
  },
};

/** The exported constant objects of a source file. */
async function loadConstants(file) {
  const { outputFiles } = await build({
    entryPoints: [inRoot(file)],
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

// The numbers behind these names are used in every line of the assembler. Written out, they need no
// lookup, which matters because most of a run is over before the engine has optimized anything.
const constants = {
  ...(await loadConstants("src/x86/actions.ts")),
  ...(await loadConstants("src/x86/form.ts")),
  ...(await loadConstants("src/x86/sizes.ts")),
};
const inlinedConstants = {
  name: "inlined-constants",
  setup(builder) {
    builder.onLoad({ filter: /[\\/]x86[\\/][a-z-]+\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replace(/\b(ACTION|Kind|Size)\.(\w+)\b/g, (text, object, name) => {
        const value = constants[object]?.[name];
        return typeof value === "number" ? String(value) : text;
      }),
    }));
  },
};

/** Declares what the modules of src/dasm define as constants, in the text of a bundle. */
function declareConstants(text) {
  const modules = text.split(/^(?=\/\/ \S+\.ts$)/m);
  const changed = modules.map((code) => {
    if (!code.startsWith("// src/dasm/")) return code;
    return code
      .replace(/^var (\w+) = /gm, "const $1 = ")
      .replace(/^function (\w+)(\(.*\) \{\n(?: .*\n|\n)*\})$/gm, "const $1 = function $1$2;");
  });
  return changed.join("");
}

const cliEntries = readdirSync(inRoot("src/cli"))
  .filter(
    (name) =>
      name.endsWith(".ts") && readFileSync(inRoot("src/cli", name), "utf8").includes("// bundle entry"),
  )
  .map((name) => inRoot("src/cli", name));

// Each command of luabyteasm gets a bundle of its own: a run loads what it needs and nothing else, which
// counts where the whole run takes little memory.
const bytecodeCommands = readdirSync(inRoot("src/cli/luabyteasm"))
  .filter((name) => name.endsWith("-command.ts"))
  .map((name) => name.replace("-command.ts", ""));
const commandEntries = {
  name: "command-entries",
  setup(builder) {
    builder.onResolve({ filter: /^command:/ }, ({ path }) => ({ path, namespace: "command" }));
    builder.onLoad({ filter: /^command:/, namespace: "command" }, ({ path }) => {
      const name = path.replace("command:", "");
      return {
        contents: `import { ${name}Command } from "./${name}-command.ts";
          import { runQuickly } from "./run-quickly.ts";
          export const main = (argv) => runQuickly(${name}Command, argv);`,
        loader: "ts",
        resolveDir: inRoot("src/cli/luabyteasm"),
      };
    });
  },
};

await build({
  absWorkingDir: root,
  entryPoints: [
    ...cliEntries.map((path) => ({ in: path, out: basename(path, ".ts") })),
    ...bytecodeCommands.map((name) => ({ in: `command:${name}`, out: `luabyteasm-${name}` })),
  ],
  outdir: join(staging, "cli"),
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  // Fields are set in constructors: the initializers of class fields are calls of their own.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  // Turned into require: code that is run through vm has no import() of its own.
  supported: { "dynamic-import": false },
  packages: "external",
  plugins: [commandEntries, lazyBundles, inlinedConstants],
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
  // Computed when it is asked for, which most runs never do.
  define: { "import.meta": "importMeta" },
  banner: {
    js: 'const importMeta = { get url() { return require("node:url").pathToFileURL(__filename).href; } };',
  },
});

await build({
  absWorkingDir: root,
  entryPoints: { node: inRoot("src/cli/node-api.ts") },
  outdir: join(staging, "api"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});

await build({
  absWorkingDir: root,
  entryPoints: ["index", "translator/index", "dasm/index", "luabyteasm/index"]
    .filter((name) => existsSync(inRoot("src", `${name}.ts`)))
    .map((name) => ({ in: inRoot("src", `${name}.ts`), out: name.replace("/index", "") })),
  outdir: join(staging, "api"),
  bundle: true,
  splitting: true,
  plugins: [inlinedConstants],
  platform: "neutral",
  format: "esm",
  target: "es2022",
  packages: "external",
  external: ["node:*"],
  logLevel: "warning",
});

// esbuild turns the constants and leaves the functions of modules as variables, which V8 looks up and
// checks at every use in optimized code. As constants, they are part of that code: the encoder is a
// sixth faster. It has no variables outside functions.
for (const name of readdirSync(join(staging, "api"))) {
  const file = join(staging, "api", name);
  writeFileSync(file, declareConstants(readFileSync(file, "utf8")));
}

execFileSync(
  process.execPath,
  [
    require.resolve("typescript/package.json").replace(/package\.json$/, "bin/tsc"),
    "-p",
    inRoot("tsconfig.types.json"),
    "--outDir",
    join(staging, "types"),
  ],
  { stdio: "inherit" },
);

mkdirSync(inRoot("dist"), { recursive: true });
for (const part of ["cli", "api", "types"]) {
  rmSync(inRoot("dist", part), { recursive: true, force: true });
  renameSync(join(staging, part), inRoot("dist", part));
}
rmSync(staging, { recursive: true, force: true });
writeFileSync(inRoot("dist", "package.json"), '{ "type": "module" }\n');
execFileSync(process.execPath, [inRoot("scripts/warm-code-cache.mjs")], { stdio: "inherit" });

// The manual pages come from the definitions of the command line.
mkdirSync(inRoot("dist", "man"), { recursive: true });
for (const name of ["dynasm", "luabyteasm"]) {
  const page = execFileSync(process.execPath, [inRoot("bin/dynasm.js"), "man", name]);
  writeFileSync(inRoot("dist", "man", `${name}.1`), page);
}
