import {
  ApiOutlined,
  AuditOutlined,
  BookOutlined,
  CalendarOutlined,
  CarryOutOutlined,
  ContainerOutlined,
  FileAddOutlined,
  FileSearchOutlined,
  FolderOpenOutlined,
  ImportOutlined,
  InboxOutlined,
  PartitionOutlined,
  SearchOutlined,
  SwapOutlined,
  TeamOutlined,
  UserSwitchOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";
import type { Permission } from "@/app/me";

/** Who may open a page: any of these permissions. */
export const access = {
  "/accept": ["cases.create"],
  "/tasks": ["cases.work"],
  "/registered": ["cases.create"],
  "/ledger": ["ledger.read"],
  "/personal": ["cases.read"],
  "/comprehensive": ["cases.query_wide"],
  "/handovers": ["cases.work"],
  "/staffing": ["cases.reassign"],
  "/matters": ["catalogue.read"],
  "/exchange": ["catalogue.edit"],
  "/accounts": ["accounts.edit", "roles.grant"],
  "/organisations": ["organisations.edit"],
  "/calendar": ["calendar.edit"],
  "/devices": ["cases.create", "organisations.edit"],
  "/archives": ["archives.export", "archives.dispose", "archives.approve"],
  "/audit": ["audit.read"],
} as const satisfies Record<string, Permission[]>;

export type Section = keyof typeof access;

interface Group {
  key: "acceptance" | "catalogue" | "system";
  items: { to: Section; key: NavKey; icon: ReactNode }[];
}

type NavKey =
  | "accept"
  | "tasks"
  | "registered"
  | "ledger"
  | "personal"
  | "comprehensive"
  | "handovers"
  | "staffing"
  | "matters"
  | "exchange"
  | "accounts"
  | "organisations"
  | "calendar"
  | "devices"
  | "archives"
  | "audit";

export const navigation: Group[] = [
  {
    key: "acceptance",
    items: [
      { to: "/accept", key: "accept", icon: <FileAddOutlined /> },
      { to: "/tasks", key: "tasks", icon: <InboxOutlined /> },
      { to: "/registered", key: "registered", icon: <FolderOpenOutlined /> },
      { to: "/handovers", key: "handovers", icon: <CarryOutOutlined /> },
      { to: "/ledger", key: "ledger", icon: <BookOutlined /> },
      { to: "/personal", key: "personal", icon: <SearchOutlined /> },
      { to: "/comprehensive", key: "comprehensive", icon: <FileSearchOutlined /> },
      { to: "/staffing", key: "staffing", icon: <UserSwitchOutlined /> },
      { to: "/archives", key: "archives", icon: <ContainerOutlined /> },
    ],
  },
  {
    key: "catalogue",
    items: [
      { to: "/matters", key: "matters", icon: <PartitionOutlined /> },
      { to: "/exchange", key: "exchange", icon: <ImportOutlined /> },
    ],
  },
  {
    key: "system",
    items: [
      { to: "/accounts", key: "accounts", icon: <TeamOutlined /> },
      { to: "/organisations", key: "organisations", icon: <SwapOutlined rotate={90} /> },
      { to: "/devices", key: "devices", icon: <ApiOutlined /> },
      { to: "/calendar", key: "calendar", icon: <CalendarOutlined /> },
      { to: "/audit", key: "audit", icon: <AuditOutlined /> },
    ],
  },
];
