// What a lobby code may look like, wherever one is drawn, typed or sent.

/** No I, O, 0 or 1: they look alike. */
export const lobbyCodeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/** Of these letters, as many as a server may be set to draw (LIMIT_GAME_ID_CHARS). */
export const lobbyCodeShape = /^[A-HJ-NP-Z2-9]{3,8}$/;
