import { expect, it } from "vitest";
import { unitLabels } from "@/components/tree";

const unit = (code: string, kind: "district" | "street" | "hall" | "window", name: string, parent_code: string | null) => ({
  code,
  kind,
  name,
  full_name: name,
  parent_code,
  path: [],
  active: true,
});

it("calls a window by its hall and street, for every street has a hall of one name", () => {
  const labels = unitLabels([
    unit("1", "district", "西城区", null),
    unit("2", "street", "德胜街道", "1"),
    unit("2-DT", "hall", "公共服务大厅", "2"),
    unit("2-DT-01", "window", "1号窗口", "2-DT"),
  ]);
  expect([...labels.values()]).toEqual([
    "西城区",
    "德胜街道",
    "德胜街道 · 公共服务大厅",
    "德胜街道 · 公共服务大厅 · 1号窗口",
  ]);
});
