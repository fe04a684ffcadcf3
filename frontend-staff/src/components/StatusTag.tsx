import {
  CheckCircleOutlined,
  CloseCircleOutlined,
  EditOutlined,
  FileDoneOutlined,
  FolderOutlined,
  InboxOutlined,
  RollbackOutlined,
  SendOutlined,
  StopOutlined,
  SyncOutlined,
} from "@ant-design/icons";
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";

type Row = components["schemas"]["CaseRow"];
type Status = Row["status"];
type Flag = keyof Row["flags"];

const LOOKS: Record<Status, { color: string; icon: ReactNode }> = {
  draft: { color: "default", icon: <EditOutlined /> },
  submitted: { color: "blue", icon: <SendOutlined /> },
  pre_review_passed: { color: "blue", icon: <CheckCircleOutlined /> },
  received: { color: "blue", icon: <InboxOutlined /> },
  accepted: { color: "geekblue", icon: <FileDoneOutlined /> },
  not_accepted: { color: "red", icon: <CloseCircleOutlined /> },
  in_process: { color: "geekblue", icon: <SyncOutlined /> },
  concluded: { color: "green", icon: <CheckCircleOutlined /> },
  issued: { color: "green", icon: <FileDoneOutlined /> },
  archived: { color: "default", icon: <FolderOutlined /> },
  withdrawn: { color: "default", icon: <RollbackOutlined /> },
  terminated: { color: "red", icon: <StopOutlined /> },
};

const SHOWN_FLAGS: Flag[] = [
  "correction_pending",
  "returned",
  "suspended",
  "urged",
  "carded",
  "promise_open",
  "promise_missed",
  "extension_pending",
  "deemed_accepted",
];

/** A promise that was missed is not told of twice. */
function stands(flags: Row["flags"], flag: Flag): boolean {
  return flags[flag] && !(flag === "promise_open" && flags.promise_missed);
}

/** Status in words with an icon; how it ended follows, and the flags that stand beside it. */
export function StatusTag({ row }: { row: Pick<Row, "status" | "outcome" | "flags"> }) {
  const { t } = useTranslation("cases");
  const { color, icon } = LOOKS[row.status];
  return (
    <span className="status">
      <Tag color={color} icon={icon}>
        {t(`status.${row.status}`)}
        {row.outcome && ` · ${t(`outcome.${row.outcome}`)}`}
      </Tag>
      {SHOWN_FLAGS.filter((flag) => stands(row.flags, flag)).map((flag) => (
        <Tag key={flag} color={flag === "promise_missed" ? "red" : "orange"} variant="outlined">
          {t(`flag.${flag}`)}
        </Tag>
      ))}
    </span>
  );
}
