/** Every word on the tablet, in both languages. */

import type { Language } from "../texts";

export interface TabletTexts {
  title: string;
  pairHeading: string;
  pairLead: string;
  code: string;
  name: string;
  pair: string;
  refused: string;
  offline: string;
  old: string;
  connecting: string;
  welcome: string;
  welcomeNote: string;
  question: string;
  /** By level, 5 the best: the five of the national rules on 好差评. */
  levels: Record<number, string>;
  skip: string;
  seconds: (left: number) => string;
  thanks: string;
  thanksNote: string;
  revoked: string;
}

export const tabletTexts: Record<Language, TabletTexts> = {
  "zh-CN": {
    title: "服务评价",
    pairHeading: "与窗口配对",
    pairLead: "请输入工作台“窗口设备”页面显示的 8 位配对码。",
    code: "配对码",
    name: "这台平板的名称",
    pair: "配对",
    refused: "配对码无效或已过期，请在工作台重新生成。",
    offline: "连接不上平台，请检查网络后再试。",
    old: "这个浏览器版本过旧，不能用来评价；请更新浏览器。",
    connecting: "正在连接平台…",
    welcome: "您好，欢迎办事",
    welcomeNote: "办理完成后，请在这里评价我们的服务。",
    question: "您对本次服务满意吗？",
    levels: { 5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意" },
    skip: "暂不评价",
    seconds: (left) => `${left} 秒后自动关闭`,
    thanks: "感谢您的评价",
    thanksNote: "评价结果直接送达平台，窗口工作人员看不到。",
    revoked: "这台平板的配对已被撤销，请重新配对。",
  },
  en: {
    title: "Rate our service",
    pairHeading: "Pair with a window",
    pairLead: "Enter the code of eight characters that the staff pages show under Devices.",
    code: "Pairing code",
    name: "Name of this tablet",
    pair: "Pair",
    refused: "The code is wrong or has expired. Make a new one in the staff pages.",
    offline: "The platform cannot be reached. Check the network and try again.",
    old: "This browser is too old to be used here. Please update it.",
    connecting: "Connecting…",
    welcome: "Welcome",
    welcomeNote: "When we are done, please rate our service here.",
    question: "How satisfied are you with this service?",
    levels: { 5: "Very satisfied", 4: "Satisfied", 3: "Fairly satisfied", 2: "Dissatisfied", 1: "Very dissatisfied" },
    skip: "Not now",
    seconds: (left) => `Closes in ${left} s`,
    thanks: "Thank you",
    thanksNote: "Your answer goes straight to the platform; the clerk does not see it.",
    revoked: "This tablet's pairing was revoked. Please pair it again.",
  },
};
