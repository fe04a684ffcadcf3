/** Fails where the languages differ: a key that one lacks, or other placeholders in a text. */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

const ROOT = new URL("../src/locales/", import.meta.url);

function load(file) {
  const source = readFileSync(file, "utf8");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

/** Keys with their texts. Chinese has one plural form and English two: both count as one key. */
function flatten(texts, prefix = "") {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`.replace(/_(one|other)$/, ""), value]] : flatten(value, `${prefix}${key}.`),
  );
}

const placeholders = (text) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();

const wrong = [];
for (const name of readdirSync(new URL("zh-CN/", ROOT)).filter((one) => one !== "index.ts")) {
  const [zh, en] = await Promise.all(
    ["zh-CN", "en"].map(async (language) => {
      const { default: texts } = await load(new URL(`${language}/${name}`, ROOT));
      return new Map(flatten(texts));
    }),
  );
  for (const key of new Set([...zh.keys(), ...en.keys()])) {
    if (!zh.has(key)) wrong.push(`${name}: ${key} is missing in zh-CN`);
    else if (!en.has(key)) wrong.push(`${name}: ${key} is missing in en`);
    else if (String(placeholders(zh.get(key))) !== String(placeholders(en.get(key)))) {
      wrong.push(`${name}: ${key} has other placeholders in en`);
    }
  }
}
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
