import { expect, it } from "vitest";
import type { Content } from "@/pages/matters/draft/content";
import { merge, type Conflict } from "@/pages/matters/draft/merge";

type Item = Record<string, unknown> & { key: string };

const material = (key: string, more: object = {}): Item => ({ key, name: `材料${key}`, copies: 1, ...more });
const field = (key: string, more: object = {}): Item => ({
  key,
  title: `字段${key}`,
  type: "string",
  enum: null,
  visible_if: null,
  items: null,
  ...more,
});
const step = (key: string, more: object = {}): Item => ({
  key,
  unit: "accepting",
  limit_days: 1,
  condition: null,
  parallel_group: null,
  ...more,
});

const OPENED = {
  name: "甲",
  promised_days: 5,
  case_kind: "promised",
  guide: { telephone: "1", place: "" },
  conditions: ["年满六十周岁", "本区户籍"],
  legal_basis: [],
  applicant_kinds: ["person", "organisation"],
  materials: [material("a"), material("b"), material("c")],
  form: [field("x"), field("y")],
  process: [step("accept"), step("approve", { condition: { field: "x", equals: "1" } })],
};
type Draft = typeof OPENED;

function merged(mine: Partial<Draft>, theirs: Partial<Draft>) {
  const found = merge(
    OPENED as unknown as Content,
    { ...OPENED, ...mine } as unknown as Content,
    { ...OPENED, ...theirs } as unknown as Content,
  );
  return { content: found.content as unknown as Draft, both: found.both };
}

const keys = (items: Item[]) => items.map(({ key }) => key);
const where = (both: Conflict[]) => both.map(({ pointer }) => pointer);
const [a, b, c] = OPENED.materials as [Item, Item, Item];

it("brings properties together one by one", () => {
  const { content, both } = merged(
    { name: "乙", guide: { telephone: "1", place: "一层" } },
    { guide: { telephone: "2", place: "" } },
  );
  expect(content).toEqual({ ...OPENED, name: "乙", guide: { telephone: "2", place: "一层" } });
  expect(both).toEqual([]);
});

it("keeps what each added to one list, where they put it", () => {
  const { content, both } = merged(
    { materials: [a, material("mine"), b, c] },
    { materials: [a, b, material("theirs"), c, material("last")] },
  );
  expect(keys(content.materials)).toEqual(["a", "mine", "b", "theirs", "c", "last"]);
  expect(both).toEqual([]);
});

it("takes away what either removed, and nothing else", () => {
  const { content, both } = merged({ materials: [a, b] }, { materials: [b, c] });
  expect(keys(content.materials)).toEqual(["b"]);
  expect(both).toEqual([]);
});

it("brings together changes of different items and of different properties of one", () => {
  const { content, both } = merged(
    { materials: [material("a", { copies: 2 }), material("b", { note: "盖章" }), c] },
    { materials: [material("a", { name: "身份证" }), b, material("c", { copies: 3 })] },
  );
  expect(content.materials).toEqual([
    material("a", { copies: 2, name: "身份证" }),
    material("b", { note: "盖章" }),
    material("c", { copies: 3 }),
  ]);
  expect(both).toEqual([]);
});

it("tells of a property of one item that both changed, with what each made of it", () => {
  const { content, both } = merged(
    { materials: [material("a", { copies: 2 }), b, c] },
    { materials: [material("a", { copies: 3, note: "原件" }), b, c] },
  );
  expect(content.materials[0]).toEqual(material("a", { copies: 2, note: "原件" }));
  expect(both).toEqual([{ pointer: "/materials/a/copies", names: ["材料a"], mine: 2, theirs: 3 }]);
});

it("keeps what one removed and the other changed, and tells", () => {
  const changed = material("b", { copies: 4 });
  const mine = merged({ materials: [a, c] }, { materials: [a, changed, c] });
  expect(mine.content.materials).toEqual([a, changed, c]);
  expect(mine.both).toEqual([
    { pointer: "/materials/b", names: ["材料b"], mine: undefined, theirs: changed },
  ]);
  const theirs = merged({ materials: [a, changed, c] }, { materials: [a, c] });
  expect(theirs.content.materials).toEqual([a, changed, c]);
  expect(where(theirs.both)).toEqual(["/materials/b"]);
});

it("tells where both added an item under one key", () => {
  const { content, both } = merged(
    { materials: [a, b, c, material("d", { name: "房产证" })] },
    { materials: [a, b, c, material("d", { name: "租约", note: "原件" })] },
  );
  expect(content.materials[3]).toEqual(material("d", { name: "房产证", note: "原件" }));
  expect(where(both)).toEqual(["/materials/d/name"]);
});

it("follows who moved items, and tells where both did", () => {
  const one = merged({ materials: [c, a, b] }, { materials: [a, b, c, material("d")] });
  expect(keys(one.content.materials)).toEqual(["c", "d", "a", "b"]);
  expect(one.both).toEqual([]);
  const two = merged({ materials: [c, a, b] }, { materials: [b, a, c] });
  expect(keys(two.content.materials)).toEqual(["c", "a", "b"]);
  expect(two.both).toEqual([
    {
      pointer: "/materials",
      names: [],
      mine: ["材料c", "材料a", "材料b"],
      theirs: ["材料b", "材料a", "材料c"],
    },
  ]);
});

it("brings steps, fields and columns together the same way", () => {
  const table = (...columns: Item[]) => field("y", { type: "array", items: columns });
  const opened = { ...OPENED, form: [field("x"), table(field("one"))] };
  const { content, both } = merge(
    opened as unknown as Content,
    {
      ...opened,
      form: [field("x"), table(field("one"), field("mine"))],
      process: [step("accept", { limit_days: 2 }), OPENED.process[1]],
    } as unknown as Content,
    {
      ...opened,
      form: [field("x"), table(field("theirs"), field("one"))],
      process: [...OPENED.process, step("file")],
    } as unknown as Content,
  );
  const found = content as unknown as Draft;
  expect(keys((found.form[1] as unknown as { items: Item[] }).items)).toEqual([
    "theirs",
    "one",
    "mine",
  ]);
  expect(keys(found.process)).toEqual(["accept", "approve", "file"]);
  expect(found.process[0]).toEqual(step("accept", { limit_days: 2 }));
  expect(both).toEqual([]);
});

it("never mixes two conditions of a step", () => {
  const approve = (condition: object) => [step("accept"), step("approve", { condition })];
  const { content, both } = merged(
    { process: approve({ field: "y", equals: "2" }) },
    { process: approve({ field: "x", in: ["1", "2"] }) },
  );
  expect(content.process[1]).toEqual(step("approve", { condition: { field: "y", equals: "2" } }));
  expect(where(both)).toEqual(["/process/approve/condition"]);
});

it("keeps the lines of both, and tells where they replaced the same one", () => {
  const added = merged(
    { conditions: ["年满六十周岁", "本区户籍", "我加的"] },
    { conditions: ["对方加的", "年满六十周岁", "本区户籍"] },
  );
  expect(added.content.conditions).toEqual(["对方加的", "年满六十周岁", "本区户籍", "我加的"]);
  expect(added.both).toEqual([]);
  const replaced = merged(
    { conditions: ["年满六十五周岁", "本区户籍"] },
    { conditions: ["年满七十周岁", "本区户籍"] },
  );
  expect(replaced.content.conditions.toSorted()).toEqual(
    ["年满七十周岁", "年满六十五周岁", "本区户籍"].toSorted(),
  );
  expect(replaced.both).toEqual([
    { pointer: "/conditions", names: [], mine: ["年满六十五周岁"], theirs: ["年满七十周岁"] },
  ]);
});

it("takes a list in which a key stands twice as one", () => {
  const { content, both } = merged(
    { materials: [a, b, c, material("a")] },
    { materials: [a, b] },
  );
  expect(keys(content.materials)).toEqual(["a", "b", "c", "a"]);
  expect(where(both)).toEqual(["/materials"]);
});

it("brings choices together", () => {
  const { content, both } = merged({ applicant_kinds: ["person"] }, { name: "乙" });
  expect(content.applicant_kinds).toEqual(["person"]);
  expect(both).toEqual([]);
});
