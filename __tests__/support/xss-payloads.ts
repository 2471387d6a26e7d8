// 500 names that try to become markup, each short enough to be a seat's name. Each would call `pwned(...)` or set `window.pwned` if it ran.
const scripts = ["<script>pwned()</script>", "<ScRiPt>pwned()//", "</title><script>pwned()//", "<script/x>pwned()//", "<<script>pwned()//"];
const images = [
  "<img src onerror=pwned()>",
  "<img/src/onerror=pwned()>",
  "<IMG SRC=x oNeRrOr=pwned()>",
  "<svg onload=pwned()>",
  "<svg/onload=pwned()>",
];
const elements = [
  "<body onload=pwned()>",
  "<iframe src=data:,x>",
  "<base href=//x.y>",
  "<meta http-equiv=refresh>",
  "<object data=x>",
  "<embed src=x>",
];
const handlers = [
  '" onclick=pwned() x="',
  "' onclick=pwned() x='",
  "` onclick=pwned() x=`",
  '" autofocus onfocus=pwned()',
  "' style=color:red '",
  '"><b>x</b>',
];
const schemes = ["javascript:pwned()", "JaVaScRiPt:pwned()", "data:text/html,<b>", "vbscript:pwned()", "jav&#x09;ascript:x"];
const endings = ["</title>", "</head>", "</body>", "</script>", "</style>", "</textarea>", "-->", "]]>", "*/", "</noscript>", '"}', "'}"];
const templates = ["\u0024{pwned()}", "{{pwned()}}", "<%= pwned() %>", "#{pwned()}", "{%pwned%}", "$&", "$'", "$`", "$1", "[[pwned()]]"];
const entities = ["&lt;b&gt;", "&#60;b&#62;", "&amp;lt;", "&quot;", "&#x3c;img&#x3e;", "%3Cb%3E", "\\u003cb\\u003e", "\\x3cb\\x3e"];
const formulas = ["=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("x")', '",x', "a;b", "|calc"];
const people = ["O'Brien", 'Ann "A" Lee', "R&D", "a < b > c", "<3", "Zoë & Jürgen", "李雷<b>", "👩‍👩‍👧‍👦<i>", "e\u0301<u>", "مرحبا<b>"];

const bases = [...scripts, ...images, ...elements, ...handlers, ...schemes, ...endings, ...templates, ...entities, ...formulas, ...people];
const before = ["", "A", "1 ", "'", '"', ">", "&", "\\"];

/** Every base behind every beginning, the first 500 that fit. */
export const xssPayloads: readonly string[] = before
  .flatMap((start) => bases.map((base) => start + base))
  .filter((text) => [...text].length <= 32)
  .slice(0, 500);
