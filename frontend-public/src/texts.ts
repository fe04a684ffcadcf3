/** Every word on the page, in both languages. */

export const languages = ["zh-CN", "en"] as const;
export type Language = (typeof languages)[number];

export interface Texts {
  name: string;
  subtitle: string;
  skip: string;
  otherLanguage: string;
  heading: string;
  lead: string;
  howHeading: string;
  how: readonly { title: string; text: string }[];
  onlineHeading: string;
  onlineNote: string;
  online: readonly { title: string; text: string }[];
  coming: string;
  staff: string;
  licence: string;
}

export const texts: Record<Language, Texts> = {
  "zh-CN": {
    name: "通办",
    subtitle: "社区综合办事服务平台",
    skip: "跳到正文",
    otherLanguage: "English",
    heading: "就近办事，全区通办",
    lead: "列入全区通办的事项，可以到区内任一街道办事大厅或社区服务站办理，不必回到户籍所在地。",
    howHeading: "到窗口办事",
    how: [
      {
        title: "就近前往",
        text: "带上身份证和办理事项所需的材料，到就近的街道办事大厅或社区服务站。",
      },
      {
        title: "当场核对",
        text: "工作人员当场核对材料。材料不齐的，一次告知需要补正的全部内容。",
      },
      {
        title: "保管回执",
        text: "受理后请领取受理回执单，上面有办件编号、查询码和办结期限。",
      },
    ],
    onlineHeading: "网上服务",
    onlineNote: "以下服务正在建设，开通前请到窗口办理。",
    online: [
      { title: "进度查询", text: "凭回执单上的办件编号和查询码，查看办到哪一步。" },
      { title: "办事指南", text: "办理条件、所需材料、期限和窗口地址。" },
      { title: "网上申请", text: "在手机上填表、上传材料，也可以委托他人代办。" },
      { title: "咨询与评价", text: "提出问题，评价每一次服务。" },
    ],
    coming: "即将开通",
    staff: "工作人员入口",
    licence: "开源软件，Apache-2.0 许可",
  },
  en: {
    name: "Tongban",
    subtitle: "Community service platform",
    skip: "Skip to content",
    otherLanguage: "中文",
    heading: "One district, any counter",
    lead: "A matter open to the whole district can be handled at any street hall or community service station; you need not return to where your household is registered.",
    howHeading: "At a counter",
    how: [
      {
        title: "Come to the nearest one",
        text: "Bring your ID card and the papers for your matter to a street hall or community service station near you.",
      },
      {
        title: "Checked on the spot",
        text: "Staff check your papers while you wait. If something is missing, you are told everything at once.",
      },
      {
        title: "Keep the receipt",
        text: "It carries the case number, a query code and the date by which the case is to be concluded.",
      },
    ],
    onlineHeading: "Online services",
    onlineNote: "These are being built. Until they open, please come to a counter.",
    online: [
      {
        title: "Progress",
        text: "See where your case stands, with the case number and query code from the receipt.",
      },
      { title: "Guides", text: "Conditions, papers, time limits and where to go." },
      {
        title: "Apply online",
        text: "Fill the form and upload papers on a phone, or let someone act for you.",
      },
      { title: "Questions and ratings", text: "Ask, and rate each service." },
    ],
    coming: "Coming",
    staff: "For staff",
    licence: "Open source, Apache-2.0",
  },
};
