import { useQuery } from "@tanstack/react-query";
import { Form } from "antd";
import { apiQuery } from "@/api/client";
import { useCounters } from "@/pages/accept/PlaceFields";

/** What would happen to the case, once matter, home and counter are chosen. */
export function useRoute() {
  const code: string | undefined = Form.useWatch("matter_code");
  const home: string | undefined = Form.useWatch("home_code");
  const chosen: string | undefined = Form.useWatch("accepting_code");
  const counters = useCounters();
  const accepting = chosen ?? counters[0]?.code;
  const ready = Boolean(code && home && accepting);
  const route = useQuery({
    ...apiQuery("/api/v1/matters/{code}/route-preview", {
      path: { code: code ?? "" },
      query: { accepting: accepting ?? "", home: home ?? "" },
    }),
    enabled: ready,
  });
  return { ready, route };
}
