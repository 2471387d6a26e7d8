// English words of the start page. Fetched with it.
export const enHome: Readonly<Record<string, string>> = {
  "home.title": "A clock for the whole table",
  "home.code": "Lobby code",
  "home.join": "Join",
  "home.codeWrong": "A code is letters and digits, without I, O, 0 and 1.",
  "home.yours": "Your tables",
  "home.listed": "Open tables",
  "home.free_one": "{{count}} seat free",
  "home.free_other": "{{count}} seats free",
  "home.localSub": "One device in the middle, no connection needed",
  "home.class": "A class: can you beat 75%?",
  "home.classSub": "The CHSH game: pairs, questions, no talking",
  "home.install": "Install as an app",
  "home.installSub": "Opens from the home screen, also offline",
};
