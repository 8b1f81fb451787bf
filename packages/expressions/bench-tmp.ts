import { compile, evaluate, matches, interpolate, planIndex, readTerm, keyOf } from "/work/main/packages/expressions/src/index.ts";
import { parse } from "/work/main/packages/expressions/src/parse.ts";
import { build } from "/work/main/packages/expressions/src/build.ts";
const now = 1795469728433;
const time = (name, n, f) => { for (let i=0;i<Math.min(n,20000);i++) f(i); const t=performance.now(); for (let i=0;i<n;i++) f(i); console.log(name, ((performance.now()-t)*1000/n).toFixed(2), "µs"); };
const ex = ["event.data.userId == async.data.userId && event.data.n > 5.0", "event.data.email.endsWith('@x.com') && event.data.t in ['a','b']", "event.data.plan == 'enterprise' ? 180 : event.data.plan == 'free' ? -60 : 0", 'async.data.userId == "u123"', "event.data.list.exists(x, x.id == 2)"];
const vars = { event: { name: "a", ts: 1, data: { userId: "u1", n: 6, email: "a@x.com", t: "b", plan: "free", list: [{id:1},{id:2}] } }, async: { data: { userId: "u1" } } };
for (const text of ex) {
  console.log(text);
  time("  parse+build uncached", 20000, () => { const p = parse(text); if (p.kind==="parsed") build(p.root); });
  time("  compile new text", 20000, (i) => compile(text + " //" + i));
  time("  compile cached", 200000, () => compile(text));
  const c = compile(text); if (c.kind!=="compiled") throw 1;
  time("  matches", 500000, () => matches(c.expression, vars, {now}));
}
time("interpolate distinct", 20000, (i) => interpolate(ex[0], {data:{userId:"u"+i,n:6}}, {now, use:"cancel"}));
time("planIndex", 50000, (i) => planIndex(`async.data.userId == "u${i%20000}"`));
time("readTerm", 500000, () => readTerm("data.userId", vars.async));
const c = compile("event.data.userId"); time("keyOf", 500000, () => keyOf(c.expression, vars, {now}));
// memory of 50k entries
global.gc?.(); const m0=process.memoryUsage().heapUsed; for (let i=0;i<50000;i++) compile(`async.data.userId == "user_${i}_abcdef" && async.data.kind == "k"`); global.gc?.(); console.log("50k cache MB", (process.memoryUsage().heapUsed-m0)/1e6);
const once = (name, f) => { const t=performance.now(); let r; try { r=f(); } catch (e) { r="THROW "+e.message; } console.log(name, (performance.now()-t).toFixed(1)+"ms", JSON.stringify(r, (k,v)=>k==="run"||k==="root"||k==="variables"||k==="text"?undefined:v)?.slice(0,160)); };
once("deep parens", () => compile("(".repeat(8000)+"1"+")".repeat(8000)));
once("bang 16k", () => compile("!".repeat(16000)+"true"));
once("bang 200k", () => compile("!".repeat(200000)+"true"));
once("minus mix", () => compile("-!".repeat(100000)+"true"));
once("or chain", () => compile(Array(20000).fill("event.a").join("||")));
once("plus chain", () => compile(Array(20000).fill("event.a").join("+")));
once("select chain", () => compile("event"+".a".repeat(20000)));
once("index chain", () => compile("event"+"[0]".repeat(20000)));
once("call chain", () => compile("event"+".f()".repeat(20000)));
once("ternary chain", () => compile("event.a ? 1 : ".repeat(5000)+"1"));
once("huge", () => compile("a".repeat(300000)));
once("200k list", () => compile("["+"1,".repeat(100000)+"1]"));
once("49k list", () => compile("async.a in ["+"1,".repeat(49000)+"1]"));
const list = Array.from({length:10000},(_, i)=>i);
const run = (text, v) => { const c=compile(text); return c.kind==="compiled" ? evaluate(c.expression, v, {now}) : c; };
for (let k=0;k<3;k++) {
once("nested exists", () => run("event.l.exists(a, event.l.exists(b, event.l.exists(c, a + b + c == -1.0)))", {event:{l:list}}));
once("map nest", () => run("event.l.map(a, event.l.map(b, event.l.map(c, a)))", {event:{l:list}}));
once("evil regex", () => run("event.s.matches('(a+)+$')", {event:{s:"a".repeat(60000)+"b"}}));
once("evil regex large prog", () => run("event.s.matches('(?i)[\\\\pL]{900}x')", {event:{s:"a".repeat(60000)+"b"}}));
once("evil regex loop", () => run("event.l.exists(x, event.s.matches('(x+x+)+y'))", {event:{l:list,s:"x".repeat(2000)}}));
once("string doubling", () => run("event.l.map(x, event.s + event.s)", {event:{l:list,s:"x".repeat(500000)}}));
once("list doubling concat", () => run("(event.l+event.l).map(x, event.l + event.l)", {event:{l:list}}));
once("contains loop", () => run("event.l.exists(x, event.s.contains('yy'))", {event:{l:list,s:"xy".repeat(1500000)}}));
once("eq loop", () => run("event.l.exists(x, event.big != event.big2)", {event:{l:list,big:list,big2:[...list]}}));
once("string eq loop", () => run("event.l.all(x, event.s == event.t)", {event:{l:list,s:"x".repeat(3000000),t:"x".repeat(2999999)+"y"}}));
once("strlt loop", () => run("event.l.all(x, event.s < event.t)", {event:{l:list,s:"x".repeat(3000000),t:"x".repeat(2999999)+"y"}}));
once("json loop", () => run("event.l.all(x, json_parse(event.s) == json_parse(event.s))", {event:{l:list,s:JSON.stringify({a:"x".repeat(1000000)})}}));
once("text concat of map loop", () => run("event.l.all(x, event.m + '' != '')", {event:{l:list,m:Object.fromEntries(list.map(i=>["k"+i,"x".repeat(50)]))}}));
once("tz loop", () => run("event.l.all(x, timestamp('2020-01-01T00:00:00Z').getHours('Europe/Rome') == 1)", {event:{l:list}}));
once("date loop", () => run("event.l.all(x, date('Sun, 31 Jan 2021 10:00:00 GMT') > date('2020-01-01'))", {event:{l:list}}));
once("keys loop", () => run("event.l.all(x, event.m.size() > 0 && event.m.exists(k, k == 'k1'))", {event:{l:list,m:Object.fromEntries(list.map(i=>["k"+i,1]))}}));
once("size loop", () => run("event.l.all(x, size(event.m) > 0)", {event:{l:list,m:Object.fromEntries(list.map(i=>["k"+i,1]))}}));
once("sizeS loop", () => run("event.l.all(x, size(event.s) > 0)", {event:{l:list,s:"x".repeat(3000000)}}));
once("bytes loop", () => run("event.l.all(x, bytes(event.s) == bytes(event.s))", {event:{l:list,s:"x".repeat(3000000)}}));
once("bytes concat loop", () => run("event.l.all(x, (b'abc' + bytes(event.s)).size() > 0)", {event:{l:list,s:"x".repeat(900000)}}));
once("int overflow loop", () => run("event.l.all(x, string(x) != '' )", {event:{l:list}}));
once("startsWith", () => run("event.l.all(x, event.s.startsWith('x'))", {event:{l:list,s:"x".repeat(3000000)}}));
once("in loop", () => run("event.l.exists(x, -1.0 in event.l)", {event:{l:list}}));
once("no-budget wide", () => run(Array(1500).fill("-1 in event.l").join("||"), {event:{l:list}}));
once("no-budget wide contains", () => run(Array(500).fill("event.s.contains('yz')").join("||"), {event:{l:list,s:"xy".repeat(1500000)}}));
}
let deep = {}; let d = deep; for (let i=0;i<50000;i++) { d.a = {}; d = d.a; }
let deep2 = {}; d = deep2; for (let i=0;i<50000;i++) { d.a = {}; d = d.a; }
once("deep eq", () => run("event.a == event.b", {event:{a:deep,b:deep2}}));
once("deep text", () => run("event.a + ''", {event:{a:deep}}));
once("deep value", () => { const r = run("event.a", {event:{a:deep}}); return r.kind; });
once("deep key", () => { const c = compile("event.a"); return keyOf(c.expression, {event:{a:deep}}, {now}); });
once("deep interp", () => interpolate("event.a == async.a", {a:deep}, {now,use:"wait"}));
once("wide interp", () => interpolate(Array(500).fill("event == async.a").join("||"), {a:"x".repeat(3000000)}, {now,use:"wait"}));
once("wide interp 2", () => interpolate(Array(500).fill("event == async.a").join("||"), {a:list}, {now,use:"wait"}));
once("interp in", () => interpolate("async.id in event.ids", {ids:list.slice(0,5000).map(i=>"id"+i)}, {now,use:"wait"}).kind);
