"""How the HTML report looks, and what its filters do."""

STYLE = """
:root{--bg:#fbfbf9;--fg:#1d2021;--dim:#6b7075;--line:#dcdcd6;--card:#fff;--error:#b3261e;--warning:#9a6400;--info:#1b5fa8;
--mark:#ffe08a;--code:#f4f4ef;--help:#17633a}
@media (prefers-color-scheme:dark){:root{--bg:#16181a;--fg:#e6e6e1;--dim:#9aa0a6;--line:#34383c;--card:#1e2124;--error:#ff8a80;
--warning:#f3c04b;--info:#8ab8ff;--mark:#6b5300;--code:#24282b;--help:#7ddba3}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
header{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.5rem 2rem;align-items:baseline;padding:.7rem 1.5rem;
background:var(--card);border-bottom:1px solid var(--line)}
h1{font-size:1.2rem;margin:0;letter-spacing:.02em}
.sums{display:flex;flex-wrap:wrap;align-items:baseline;gap:.6rem;list-style:none;margin:0;padding:0;color:var(--dim)}
.sums b{color:var(--fg);font-size:1.1rem}
.sums .error b{color:var(--error)}.sums .warning b{color:var(--warning)}.sums .info b{color:var(--info)}
.sums button{font-size:1rem;padding:.05rem .5rem;border-color:transparent}.sums button:enabled:hover{border-color:var(--line)}
.sums button[aria-pressed=false]{opacity:.45;text-decoration:line-through}.sums button:disabled{opacity:.6;cursor:default}
.search{margin-left:auto;color:var(--dim)}
input[type=search]{font:inherit;width:16rem;max-width:60vw;padding:.2rem .6rem;border:1px solid var(--line);border-radius:6px;
background:var(--bg);color:var(--fg)}
main{display:grid;grid-template-columns:minmax(15rem,19rem) minmax(0,1fr);gap:1.5rem;padding:1.5rem;max-width:110rem;margin:auto}
nav{position:sticky;top:4.2rem;align-self:start;max-height:calc(100vh - 5rem);overflow:auto;font-size:.9rem}
fieldset{border:0;padding:0;margin:0 0 1.5rem;min-width:0}
legend,nav h2{font-size:.8rem;font-weight:600;text-transform:uppercase;letter-spacing:.06em;color:var(--dim);margin:0 0 .4rem;padding:0}
fieldset label{display:flex;gap:.4rem;align-items:baseline;padding:.1rem .3rem;border-radius:4px;cursor:pointer}
fieldset label:hover,nav li:hover{background:var(--code)}
fieldset label span{color:var(--dim);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
fieldset i,nav li i{margin-left:auto;font-style:normal;color:var(--dim);font-variant-numeric:tabular-nums}
fieldset .error{color:var(--error)}fieldset .warning{color:var(--warning)}fieldset .info{color:var(--info)}
button{font:inherit;font-size:.8rem;border:1px solid var(--line);border-radius:4px;background:none;color:inherit;cursor:pointer}
nav ol{list-style:none;margin:0;padding:0}
nav li a{position:relative;display:flex;gap:.5rem;padding:.15rem .4rem;color:inherit;text-decoration:none}
.bar{position:absolute;left:0;bottom:0;height:2px;background:var(--error);opacity:.7}
.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;direction:rtl;text-align:left}
.file h2{font-size:1rem;margin:0 0 .6rem;font-family:ui-monospace,monospace;overflow-wrap:anywhere;scroll-margin-top:4.5rem}
.file{margin-bottom:2rem;scroll-margin-top:4.5rem}
.file h2 i{font-style:normal;font-weight:400;color:var(--dim);font-family:system-ui,sans-serif;font-size:.85rem}
article{background:var(--card);border:1px solid var(--line);border-left:3px solid var(--info);border-radius:6px;padding:.7rem .9rem;
margin-bottom:.8rem;content-visibility:auto;contain-intrinsic-size:auto 11rem}
article.error{border-left-color:var(--error)}article.warning{border-left-color:var(--warning)}
h3{font-size:.95rem;font-weight:500;margin:0 0 .3rem;overflow-wrap:anywhere}
h3 small{color:var(--dim)}
.code{font:600 .85rem ui-monospace,monospace}.error .code,.error .code a{color:var(--error)}
.warning .code,.warning .code a{color:var(--warning)}.info .code,.info .code a{color:var(--info)}
.help{margin:.2rem 0;color:var(--help)}.note{margin:.2rem 0;color:var(--dim)}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:.8rem}
figure{margin:.4rem 0 0;min-width:0}
figcaption{font-size:.8rem;color:var(--dim);overflow-wrap:anywhere}
pre{margin:.2rem 0 0;padding:.4rem 0;background:var(--code);border-radius:4px;overflow-x:auto;
font:.82rem/1.45 ui-monospace,SFMono-Regular,Menlo,monospace;tab-size:4}
pre span{display:block;padding:0 .8rem;min-width:max-content}pre .at{background:color-mix(in srgb,var(--mark) 25%,transparent)}
pre i{display:inline-block;width:3.2rem;color:var(--dim);font-style:normal;user-select:none}
mark{background:var(--mark);color:inherit;border-radius:2px}
.clean,#none{padding:3rem;text-align:center;color:var(--dim)}
@media (max-width:60rem){main{grid-template-columns:1fr}nav{position:static;max-height:none}#files{display:none}}
@media print{header,nav{display:none}main{display:block}}
"""

SCRIPT = """
const search=document.getElementById('search'),boxes=[...document.querySelectorAll('#rules input')];
const cards=[...document.querySelectorAll('article')],files=[...document.querySelectorAll('.file')];
const kinds=[...document.querySelectorAll('.sums button')];
function show(){
  const off=new Set(kinds.filter(b=>b.getAttribute('aria-pressed')==='false').map(b=>b.value));
  const on=new Set(boxes.filter(b=>b.checked).map(b=>b.value)),words=search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let any=!cards.length;
  for(const c of cards){
    const seen=on.has(c.dataset.rule)&&!off.has(c.className)&&words.every(w=>c.dataset.words.includes(w));
    c.hidden=!seen;any=any||seen;
  }
  for(const f of files){
    const left=[...f.querySelectorAll('article')].some(c=>!c.hidden);
    f.hidden=!left;
    const link=document.querySelector(`nav a[href="#${f.id}"]`);
    if(link)link.parentElement.hidden=!left;
  }
  document.getElementById('none').hidden=any;
}
search.addEventListener('input',show);
kinds.forEach(b=>b.addEventListener('click',()=>{b.setAttribute('aria-pressed',b.getAttribute('aria-pressed')==='false');show()}));
boxes.forEach(b=>b.addEventListener('change',show));
document.getElementById('all').addEventListener('click',()=>{boxes.forEach(b=>b.checked=true);show()});
document.getElementById('no').addEventListener('click',()=>{boxes.forEach(b=>b.checked=false);show()});
"""
