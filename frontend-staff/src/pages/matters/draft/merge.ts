/** What two people made of the draft that both opened, brought together. */
import { contentOf, valuesOf, type Content } from "@/pages/matters/draft/content";

type Parts = Record<string, unknown>;

/** One place that both have changed, each otherwise. */
export interface Conflict {
  /** Into the definition, items of lists by their keys: `/materials/id_card/copies`. */
  pointer: string;
  /** What the items on the way are called. */
  names: string[];
  /** Undefined where one has removed it; of lines of text what each has added, of items that both
   * have moved what they are called. */
  mine: unknown;
  theirs: unknown;
}

interface Place {
  pointer: string;
  names: string[];
}

/** Two halves of one of these mean nothing. */
const WHOLE: ReadonlySet<string> = new Set(["condition", "visible_if"]);
/** Lists of sentences: to change a line is to remove it and to add another. */
const SENTENCES: ReadonlySet<string> = new Set(["/legal_basis", "/conditions"]);

function isParts(value: unknown): value is Parts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(_: string, value: unknown): unknown {
  return isParts(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

/** Equal whatever the order of the properties; what is undefined is not there. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted);
}

/** Items by their keys, texts by themselves; null where one of them cannot be told from another. */
function keyed(list: unknown): Map<string, unknown> | null {
  if (!Array.isArray(list)) return null;
  const found = new Map<string, unknown>();
  for (const item of list as unknown[]) {
    const key = isParts(item) ? item["key"] : item;
    if (typeof key !== "string" || !key || found.has(key)) return null;
    found.set(key, item);
  }
  return found;
}

function titleOf(item: unknown): string[] {
  if (!isParts(item)) return [];
  const title = item["name"] ?? item["title"] ?? item["key"];
  return typeof title === "string" ? [title] : [];
}

function shared(keys: string[], others: string[]): string[] {
  return keys.filter((key) => others.includes(key));
}

/** The order of one, with what only the other has put behind what it stood behind there. */
function arranged(base: string[], other: string[]): string[] {
  const order = [...base];
  other.forEach((key, at) => {
    if (order.includes(key)) return;
    const before = other.slice(0, at).findLast((one) => order.includes(one));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, key);
  });
  return order;
}

class Merging {
  readonly both: Conflict[] = [];

  value(opened: unknown, mine: unknown, theirs: unknown, at: Place): unknown {
    if (same(mine, theirs) || same(mine, opened)) return theirs;
    if (same(theirs, opened)) return mine;
    if (!WHOLE.has(at.pointer.slice(at.pointer.lastIndexOf("/") + 1))) {
      if (isParts(mine) && isParts(theirs)) {
        return this.parts(isParts(opened) ? opened : {}, mine, theirs, at);
      }
      const [before, my, their] = [keyed(opened ?? []), keyed(mine), keyed(theirs)];
      if (before && my && their) return this.list(before, my, their, at);
    }
    this.both.push({ ...at, mine, theirs });
    // What one has removed and the other changed is not lost.
    return mine === undefined ? theirs : mine;
  }

  parts(opened: Parts, mine: Parts, theirs: Parts, at: Place): Parts {
    const merged: Parts = {};
    for (const key of Object.keys({ ...theirs, ...mine })) {
      const place = { pointer: `${at.pointer}/${key}`, names: at.names };
      merged[key] = this.value(opened[key], mine[key], theirs[key], place);
    }
    return merged;
  }

  private list(
    opened: Map<string, unknown>,
    mine: Map<string, unknown>,
    theirs: Map<string, unknown>,
    at: Place,
  ): unknown[] {
    const [old, my, their] = [[...opened.keys()], [...mine.keys()], [...theirs.keys()]];
    const kept = same(shared(my, old), shared(old, my));
    const theyKept = same(shared(their, old), shared(old, their));
    if (!kept && !theyKept && !same(shared(my, their), shared(their, my))) {
      const called = (list: Map<string, unknown>) =>
        [...list.values()].map((item) => titleOf(item)[0] ?? item);
      this.both.push({ ...at, mine: called(mine), theirs: called(theirs) });
    }
    if (SENTENCES.has(at.pointer)) this.lines(old, my, their, at);
    return (kept ? arranged(their, my) : arranged(my, their))
      .map((key) => {
        const [before, one, other] = [opened.get(key), mine.get(key), theirs.get(key)];
        const names = [...at.names, ...titleOf(one ?? other)];
        return this.value(before, one, other, { pointer: `${at.pointer}/${key}`, names });
      })
      .filter((item) => item !== undefined);
  }

  /** Both have replaced one line: what each wrote stays, and is told. */
  private lines(old: string[], my: string[], their: string[], at: Place) {
    const gone = old.filter((line) => !my.includes(line) && !their.includes(line));
    const mine = my.filter((line) => !old.includes(line));
    const theirs = their.filter((line) => !old.includes(line));
    if (gone.length > 0 && !same(mine, theirs)) this.both.push({ ...at, mine, theirs });
  }
}

/**
 * Property by property, and in lists item by item. What both have changed is `mine`, and stands in
 * `both`; so does what one has removed and the other changed, which stays.
 */
export function merge(opened: Content, mine: Content, theirs: Content) {
  const merging = new Merging();
  const [before, other] = [opened, theirs].map(
    (content) => contentOf(valuesOf(content)) as unknown as Parts,
  ) as [Parts, Parts];
  const top = { pointer: "", names: [] };
  const content = merging.parts(before, mine as unknown as Parts, other, top);
  return { content: content as unknown as Content, both: merging.both };
}
