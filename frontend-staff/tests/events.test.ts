import { expect, test } from "vitest";
import { EventReader } from "@/devices/events";

test("events are whole, whatever pieces they come in", () => {
  const reader = new EventReader();
  expect(reader.read('event: devices\ndata: {}\n\nevent: com')).toEqual([
    { name: "devices", data: "{}" },
  ]);
  expect(reader.read('mand\ndata: {"id": "7"}\n')).toEqual([]);
  expect(reader.read("\n:\n\n")).toEqual([{ name: "command", data: '{"id": "7"}' }]);
});
