/** Every word on the page, in both languages. */

export const languages = ["zh-CN", "en"] as const;
export type Language = (typeof languages)[number];

/** Pages that QR codes on printed papers lead to. */
export type NoticeName = "evaluate" | "progress";

interface Titled {
  title: string;
  text: string;
}

export interface NoticeTexts {
  heading: string;
  lead: string;
  today: readonly Titled[];
  later: Titled;
}

export interface Texts {
  name: string;
  subtitle: string;
  skip: string;
  otherLanguage: string;
  heading: string;
  lead: string;
  howHeading: string;
  how: readonly Titled[];
  onlineHeading: string;
  onlineNote: string;
  online: readonly Titled[];
  coming: string;
  staff: string;
  licence: string;
  caseNumber: string;
  today: string;
  home: string;
  missing: Titled;
  away: string;
  reload: string;
  notices: Record<NoticeName, NoticeTexts>;
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
    caseNumber: "办件编号",
    today: "现在可以这样做",
    home: "回到首页",
    missing: {
      title: "这个页面没有加载下来",
      text: "服务器暂时连不上，或系统刚刚升级过。连上后重新加载即可。",
    },
    away: "服务器仍然连不上，请稍后再试。",
    reload: "重新加载",
    notices: {
      evaluate: {
        heading: "评价这次服务",
        lead: "网上评价还没有开通，这个页面暂时不能提交评价。",
        today: [
          {
            title: "在窗口评价",
            text: "窗口设有评价屏的，请工作人员打开评价，由您本人选择。评价与否都不影响办理结果。",
          },
          {
            title: "提意见或投诉",
            text: "可以向受理单位当面反映，也可以拨打 12345 政务服务便民热线。",
          },
        ],
        later: {
          title: "网上评价",
          text: "网上大厅开通后，凭办件编号和受理回执单上的查询码评价，请保管好回执单。",
        },
      },
      progress: {
        heading: "查询办理进度",
        lead: "网上查询还没有开通，这个页面暂时查不到进度。",
        today: [
          {
            title: "看回执",
            text: "回执上写明期限：受理回执单是办结期限，收件回执是作出受理决定的期限。",
          },
          {
            title: "到窗口或打电话询问",
            text: "请报办件编号。受理单位的地址、电话和办公时间印在回执上。",
          },
        ],
        later: {
          title: "网上查询",
          text: "网上大厅开通后，凭办件编号和查询码查看办到哪一步，请保管好回执单。",
        },
      },
    },
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
    caseNumber: "Case number",
    today: "What you can do now",
    home: "Back to the first page",
    missing: {
      title: "This page did not load",
      text: "The server cannot be reached, or has just been upgraded. Reload once it is back.",
    },
    away: "The server still cannot be reached; try again shortly.",
    reload: "Reload",
    notices: {
      evaluate: {
        heading: "Rate this service",
        lead: "Online rating has not opened yet: nothing can be submitted on this page so far.",
        today: [
          {
            title: "At the counter",
            text: "Where the window has a rating screen, ask the clerk to open it; the choice is yours alone. Rating or not does not affect your case.",
          },
          {
            title: "Comments and complaints",
            text: "Tell the office that took your application, or call the government service hotline 12345.",
          },
        ],
        later: {
          title: "Rate online",
          text: "Once the online hall opens: with the case number and the query code from the receipt. Please keep the receipt.",
        },
      },
      progress: {
        heading: "Progress of your case",
        lead: "Online enquiries have not opened yet: this page cannot show your case so far.",
        today: [
          {
            title: "Look at the receipt",
            text: "It states the date: a receipt of acceptance, by when the case is concluded; a receipt of papers, by when acceptance is decided.",
          },
          {
            title: "Ask at the counter or by telephone",
            text: "Give the case number. Address, telephone and opening hours of the office are on the receipt.",
          },
        ],
        later: {
          title: "Progress online",
          text: "Once the online hall opens: with the case number and the query code. Please keep the receipt.",
        },
      },
    },
  },
};
