import type { paths } from "@/api/schema";
import { many, one, type Search } from "@/app/search";

type Query = NonNullable<paths["/api/v1/cases/count"]["get"]["parameters"]["query"]>;

/** The case query's filters out of the page's address; what the API does not know is left out. */
export function caseFilters(search: Search): Query {
  const text = (key: string) => one(search[key]) || undefined;
  const filters = {
    q: text("q"),
    matter: text("matter"),
    status: many(search["status"]),
    outcome: text("outcome"),
    open: text("open") === undefined ? undefined : text("open") === "true",
    mine: text("mine") === "true" ? true : undefined,
    channel: text("channel"),
    handling: text("handling"),
    case_kind: text("case_kind"),
    cross_handling: text("cross_handling"),
    linkage: text("linkage"),
    accepting: text("accepting"),
    home: text("home"),
    organisation: text("organisation"),
    due: text("due"),
    flag: text("flag"),
    date_from: text("date_from"),
    date_to: text("date_to"),
  };
  return filters as Query;
}
