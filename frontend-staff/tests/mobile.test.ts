import { describe, expect, it } from "vitest";
import { isMobile } from "@/forms/mobile";

describe("mobile number", () => {
  it.each([
    ["13910234567", true],
    ["139 1023-4567", true],
    ["１３９１０２３４５６７", true],
    ["139****4567", true],
    ["010-82060000", false],
    ["12910234567", false],
    ["1391023456", false],
    ["+8613910234567", false],
  ])("%s: %s", (typed, taken) => expect(isMobile(typed)).toBe(taken));
});
