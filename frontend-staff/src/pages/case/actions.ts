/** What each action's dialog asks for. Whether an action may be taken is the API's to say. */
import type { components } from "@/api/schema";

export type Action = components["schemas"]["Action"];
type Task = components["schemas"]["TaskOut"];

/** The open tasks that who sits here may mean: those they may work, else those they supervise. */
export function meantTasks(tasks: Task[]): Task[] {
  const open = tasks.filter((task) => task.state === "open");
  const own = open.filter((task) => task.workable);
  return own.length > 0 ? own : open;
}

export type ActionField =
  | "comment"
  | "reason_comment"
  | "to_step"
  | "to_organisation"
  | "to_staff"
  | "reason"
  | "days"
  | "asked"
  | "agreed"
  | "findings"
  | "received_by"
  | "originals"
  | "decision"
  | "document_number"
  | "returned_on"
  | "papers_back"
  | "collected_by"
  | "collection_method"
  | "tracking_number"
  | "signature_file";

export const ACTION_FIELDS: Record<Action, ActionField[]> = {
  claim: [],
  release: [],
  receive: [],
  resume: [],
  submit: ["comment"],
  pre_review_pass: ["comment"],
  pre_review_return: ["findings", "reason_comment"],
  accept: ["comment"],
  refuse: ["reason_comment"],
  request_correction: ["findings", "comment"],
  submit_correction: ["comment"],
  pass: ["comment"],
  return: ["to_step", "reason_comment"],
  transfer: ["to_organisation", "to_staff", "comment"],
  suspend: ["reason", "comment"],
  request_extension: ["days", "reason_comment"],
  decide_extension: ["asked", "agreed", "comment"],
  carry_out: ["received_by", "originals", "comment"],
  record_result: ["decision", "document_number", "returned_on", "comment"],
  approve: ["comment"],
  deny: ["reason_comment"],
  file: ["comment"],
  issue: ["collected_by", "collection_method", "tracking_number", "signature_file"],
  withdraw: ["reason_comment", "papers_back"],
  terminate: ["reason_comment", "papers_back"],
  archive: ["comment"],
  reopen: ["reason_comment"],
};

/** Shown as the one to take next, in this order, where allowed. */
export const LEADING: Action[] = [
  "claim",
  "submit",
  "pre_review_pass",
  "receive",
  "accept",
  "submit_correction",
  "pass",
  "carry_out",
  "record_result",
  "approve",
  "file",
  "decide_extension",
  "resume",
  "issue",
  "archive",
];

export const CONCLUDING = new Set<Action>(["approve", "deny", "file", "issue", "record_result"]);

export const GRAVE = new Set<Action>(["refuse", "deny", "terminate", "withdraw"]);
