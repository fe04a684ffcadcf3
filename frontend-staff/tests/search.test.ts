import { expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/app/search";

it("keeps codes as text and repeats a key for several values", () => {
  const text = "?home=110102001004&status=accepted&status=in_process";
  const search = parseSearch(text);
  expect(search).toEqual({ home: "110102001004", status: ["accepted", "in_process"] });
  expect(stringifySearch(search)).toBe(text);
});

it("leaves out what is not set", () => {
  expect(stringifySearch({ q: "", cursor: undefined, open: null })).toBe("");
});
