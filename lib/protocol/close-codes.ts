// Why a socket was closed: the WebSocket close codes that a client meets, with what it should do next.

export const closeCodes = {
  leaving: { code: 1001, comeBack: true },
  malformed: { code: 1002, comeBack: false },
  textOnly: { code: 1003, comeBack: false },
  badText: { code: 1007, comeBack: false },
  policy: { code: 1008, comeBack: true },
  tooLarge: { code: 1009, comeBack: false },
  restart: { code: 1012, comeBack: true },
  overloaded: { code: 1013, comeBack: true },
  displaced: { code: 4001, comeBack: false },
  kicked: { code: 4003, comeBack: false },
  closed: { code: 4004, comeBack: false },
} as const;

export type CloseReason = keyof typeof closeCodes;
