import { expect, it } from "vitest";
import { pointerPath } from "@/api/problem";

it("turns a JSON pointer into the name of a form's field", () => {
  expect(pointerPath("/form/children/0/name")).toEqual(["form", "children", 0, "name"]);
  expect(pointerPath("/form/a~1b~0c")).toEqual(["form", "a/b~c"]);
});
