"""Writes random small Jinja programs and what transformers makes of each.

Usage: python make_template_fuzz.py SEED COUNT OUT.json
golden/templates/fuzzed.json is a part of such files: short programs over filters, tests, methods, slices, formats and
statements. Programs that print the address of an object or take long are left out. Needs transformers.
"""
import json,random,sys,signal,warnings
warnings.simplefilter('ignore')
from datetime import datetime
from transformers.utils import chat_template_utils as u
NOW=datetime(2025,3,14,15,9,26)
class Clock(datetime):
    @classmethod
    def now(cls,tz=None): return NOW
u.datetime=Clock
CTX={"s":"Hello World","e":"","u":"é中😀ß ſ\u0130x","ws":"  a b\t\nc\u00a0 ","n":3,"z":0,"neg":-7,"big":12345678901234567890,"f":2.5,"g":-0.1,"t":True,"no":False,"nil":None,
"l":[3,1,2],"ls":["b","A","c","a"],"el":[],"ll":[[1,2],[3,4],[]],"mix":[1,"a",None,True,2.0,[1],{"k":1}],
"d":{"a":1,"b":"x","C":None,"items":5},"ed":{},"dd":{"x":{"y":[1,{"z":"deep"}]}},
"ms":[{"role":"system","content":"sys"},{"role":"user","content":" hi <b>&'\" ","n":1},{"role":"assistant","content":"yo\nline","n":None,"tool_calls":[{"function":{"name":"f","arguments":{"a":[1,2.0,"é"]}}}]}],
"md":"# T\n\n- a\n- b\n","num":"12.50","hexs":"0x1F","csv":"a,b,,c","html":"<p>x &amp; y</p>"}
R=random.Random(int(sys.argv[1])); N=int(sys.argv[2])
STR=["''","'a'","'ab'","\"it's\"","'\\n'","'\\u00e9\\t'","' x '","'%s'","'%d|%5.2f'","'{}'","'{0}-{a}'","'A'","'😀'","','","'aXbXa'","'12'","'-3.7'","'<b>'","'{:>8}'","'{!r:^10}'","'%(a)s'","'0b11'","'é中'","'l'","'o'","'b'"]
INT=["0","1","2","-1","3","10","7","100","255","1_000","0x1f","0b101","12345678901234567890"]
FLT=["0.5","1.0","-2.75","1e3","1e16","1e-5","3.14159","1e22","0.1","2.5","1.5e-7","123456.789"]
NAMES=list(CTX)+["missing","loop","x","y","ns"]
FILT=[("abs",0),("attr",['s1']),("batch",['i','x?']),("capitalize",0),("center",['i?']),("count",0),("default",['x','b?']),("d",['x','b?']),("dictsort",['b?']),("escape",0),("e",0),("filesizeformat",['b?']),("first",0),("float",['x?']),("forceescape",0),("format",['x','x?']),("groupby",['s1']),("indent",['i?','b?','b?']),("int",['x?','i?']),("items",0),("join",['s?','s1?']),("last",0),("length",0),("list",0),("lower",0),("map",['filt']),("max",['b?']),("min",['b?']),("reject",['test?']),("rejectattr",['s1','test?']),("replace",['s','s','i?']),("reverse",0),("round",['i?','rm?']),("safe",0),("select",['test?']),("selectattr",['s1','test?']),("slice",['i','x?']),("sort",['b?','b?','s1?']),("string",0),("striptags",0),("sum",['s1?','x?']),("title",0),("tojson",['js?']),("trim",['s?']),("truncate",['i','b?','s?','i?']),("unique",['b?']),("upper",0),("urlencode",0),("wordcount",0)]
TEST=[("boolean",0),("callable",0),("defined",0),("divisibleby",['i']),("eq",['x']),("equalto",['x']),("escaped",0),("even",0),("false",0),("filter",0),("float",0),("ge",['x']),("gt",['x']),("greaterthan",['x']),("in",['x']),("integer",0),("iterable",0),("le",['x']),("lower",0),("lt",['x']),("lessthan",['x']),("mapping",0),("ne",['x']),("none",0),("number",0),("odd",0),("sameas",['x']),("sequence",0),("string",0),("test",0),("true",0),("undefined",0),("upper",0)]
METH=[("strip",['s?']),("lstrip",['s?']),("rstrip",['s?']),("split",['s?','i?']),("rsplit",['s?','i?']),("splitlines",['b?']),("upper",0),("lower",0),("title",0),("capitalize",0),("swapcase",0),("casefold",0),("startswith",['s']),("endswith",['s']),("find",['s','i?','i?']),("rfind",['s']),("index",['s']),("count",['s']),("replace",['s','s','i?']),("join",['x']),("format",['x?','x?','a?']),("isdigit",0),("isalpha",0),("isalnum",0),("isupper",0),("islower",0),("isspace",0),("istitle",0),("isnumeric",0),("isdecimal",0),("isidentifier",0),("isprintable",0),("isascii",0),("zfill",['i']),("ljust",['i','s?']),("rjust",['i','s?']),("center",['i','s?']),("partition",['s']),("rpartition",['s']),("removeprefix",['s']),("removesuffix",['s']),("expandtabs",['i?']),("get",['s','x?']),("items",0),("keys",0),("values",0),("copy",0),("index",['x']),("count",['x']),("encode",0),("format_map",['x']),("translate",['x']),("append",['x']),("pop",0),("update",['x']),("bit_length",0),("is_integer",0),("as_integer_ratio",0),("hex",0),("conjugate",0),("__class__",None),("_x",None),("real",None),("content",None),("role",None),("a",None),("x",None)]
ARITH=["+","+","-","*","/","//","%","**","~","~"]
CMP=["==","!=","<",">","<=",">=","in","not in"]
def pick(a): return a[R.randrange(len(a))]
def arg(k,d):
    o=k.endswith('?'); k=k.rstrip('?')
    if o and R.random()<0.55: return None
    if k=='i': return pick(INT+["n","z","neg","3","4","5"])
    if k=='b': return pick(["true","false","True","0","1","'x'"])
    if k=='s': return pick(STR+["s","u","e","' '","'o'"])
    if k=='s1': return pick(["'role'","'content'","'n'","'a'","0","'0'","'tool_calls.0'","'k'","'x.y'","'missing'","'length'"])
    if k=='x': return expr(d-1)
    if k=='a': return 'a='+expr(d-1)
    if k=='rm': return pick(["'common'","'ceil'","'floor'","'bad'"])
    if k=='js': return pick(["indent=2","indent=4","ensure_ascii=True","sort_keys=true","separators=(',',':')","indent=0","2","true","indent='--'","indent=none"])
    if k=='filt':
        r=R.random()
        if r<.35: return 'attribute='+pick(["'role'","'content'","'n'","0","'x'"])+(', default='+expr(0) if R.random()<.4 else '')
        return "'"+pick(['upper','length','string','int','trim','first','tojson','lower','abs','list','float','default','capitalize'])+"'"
    if k=='test':
        t=pick(TEST); return "'"+t[0]+"'"+(''.join(', '+expr(0) for _ in t[1]) if t[1] else '')
def args(spec,d):
    out=[]
    for k in spec:
        a=arg(k,d)
        if a is None: break
        out.append(a)
    return '('+', '.join(out)+')' if out or R.random()<.7 else ''
def expr(d):
    r=R.random()
    if d<=0 or r<.16:
        k=R.random()
        if k<.5: return pick(NAMES)
        if k<.7: return pick(STR)
        if k<.83: return pick(INT)
        if k<.9: return pick(FLT)
        return pick(["true","false","none","True","None","[]","{}","()","[1,2,3]","('a','b')","{'a':1,'b':[2]}","[1,'x',none]","range(5)","range(2,9,3)","range(5,0,-2)"])
    if r<.36:
        f,a=pick(FILT); return paren(expr(d-1))+sp()+'|'+sp()+f+(args(a,d) if a else pick(['','()']) if R.random()<.1 else '')
    if r<.46:
        t,a=pick(TEST)
        n='not ' if R.random()<.25 else ''
        return paren(expr(d-1))+' is '+n+t+((' '+paren(expr(0)) if R.random()<.5 else '('+expr(d-1)+')') if a else '')
    if r<.60:
        m,a=pick(METH)
        o=pick(NAMES) if R.random()<.5 else paren(expr(d-1))
        if a is None: return o+'.'+m
        return o+'.'+m+(('('+', '.join(x for x in (arg(k,d) for k in a) if x is not None)+')') if a else '()')
    if r<.68:
        o=pick(NAMES) if R.random()<.6 else paren(expr(d-1))
        k=R.random()
        if k<.5:
            b=lambda: pick(["","","1","2","-1","-2","0","n","5","100","none","neg"])
            return o+'['+b()+':'+b()+(':'+b() if R.random()<.4 else '')+']'
        return o+'['+pick(["0","-1","1","'a'","'role'","n","s","true","1.0","5","-9","'x'","none"])+']'
    if r<.80: return paren(expr(d-1))+' '+pick(ARITH)+' '+paren(expr(d-1)) if R.random()<.6 else expr(d-1)+' '+pick(ARITH)+' '+expr(d-1)
    if r<.87:
        c=expr(d-1)+' '+pick(CMP)+' '+expr(d-1)
        return c+(' '+pick(CMP)+' '+expr(d-2) if R.random()<.2 else '')
    if r<.91: return paren(expr(d-1))+' '+pick(['and','or'])+' '+expr(d-1)
    if r<.93: return 'not '+expr(d-1)
    if r<.95: return pick(['-','+'])+paren(expr(d-1))
    if r<.98: return expr(d-1)+' if '+expr(d-1)+(' else '+expr(d-1) if R.random()<.7 else '')
    return pick(['['+expr(d-1)+', '+expr(d-2)+']','{'+pick(STR)+': '+expr(d-1)+'}','('+expr(d-1)+', '+expr(d-2)+')','dict(a='+expr(d-1)+')','namespace(a='+expr(d-1)+').a','('+expr(d-1)+',)',"strftime_now('%d %b %Y %H:%M:%S %j %A %p')",'cycler(1,2).next()','dict([(1,2)])','joiner()()'])
def paren(e):
    return e if all(c.isalnum() or c in "_'.\"" for c in e) and not e[0].isdigit() else '('+e+')' if R.random()<.85 else e
def sp(): return pick(['',' ',' '])
def tg(x): return '{%'+pick(['','','-','+'])+' '+x+' '+pick(['','','-','+'])+'%}'
def pr(x): return '{{'+pick(['','','-'])+' '+x+' '+pick(['','','-'])+'}}'
def txt(): return pick(['',' ','\n','a','  \n  ','x\n','\n\n','\t','<|im|>\n','  ','}','{ ','é '])
def stmt(d):
    r=R.random()
    if d<=0 or r<.45: return txt()+pr(expr(3))+txt()
    if r<.57: return txt()+tg('if '+expr(2))+body(d-1)+(tg('elif '+expr(2))+body(d-1) if R.random()<.3 else '')+(tg('else')+body(d-1) if R.random()<.5 else '')+tg('endif')+txt()
    if r<.73:
        t=pick(['x','x','x','y','k, v','(a, b)'])
        it={'k, v':pick(['d.items()','d|dictsort','ms|groupby("role")','ll','dd|items']),'(a, b)':pick(['ll[:2]','d.items()'])}.get(t) or pick(['l','ls','ms','range(3)','mix','s','d','el','missing',expr(2)])
        inner=pick([pr('x'),pr('loop.index'),pr('loop.last'),pr('loop.previtem'),pr('loop.nextitem'),pr('loop.revindex0'),pr('loop.cycle(1,2)'),pr('loop.length'),pr('loop.changed(x)'),pr('loop'),tg('if loop.first')+tg('continue')+tg('endif'),tg('if loop.index > 1')+tg('break')+tg('endif'),tg('set n = x')+pr('n'),pr('k')+pr('v'),pr('loop.depth')])
        return txt()+tg('for '+t+' in '+it+(' if '+expr(1) if R.random()<.2 else ''))+inner+body(d-1)+(tg('else')+body(d-1) if R.random()<.3 else '')+tg('endfor')+txt()
    if r<.81: return tg(pick(['set x = ','set y = ','set n = '])+expr(2))+pr(pick(['x','y','n']))
    if r<.84: return tg('set x'+(' | '+pick(['upper','trim','length']) if R.random()<.5 else ''))+body(d-1)+tg('endset')+pr('x')
    if r<.88: return tg('macro m(a, b='+expr(1)+')')+pick([pr('a'),pr('b'),pr('varargs'),pr('kwargs'),pr('caller()'),pr('a ~ b')])+body(d-1)+tg('endmacro')+pr('m('+pick(['','1','1, 2','a=3','1, 2, 3','b=1, c=2','*l','**d'])+')')
    if r<.90: return tg('macro m(a)')+pr('caller(a)')+tg('endmacro')+tg('call(z) m('+expr(1)+')')+pr('z')+body(d-1)+tg('endcall')
    if r<.92: return tg('filter '+pick(['upper','trim','replace("a","b")','indent','title','length','wordcount']))+body(d-1)+tg('endfilter')
    if r<.94: return tg('with x='+expr(2)+', y='+expr(1))+body(d-1)+tg('endwith')
    if r<.96: return tg('set ns = namespace(a=0)')+tg('for x in l')+tg('set ns.a = ns.a + x')+body(0)+tg('endfor')+pr('ns.a')
    if r<.97: return '{#'+pick(['','-','+'])+' c '+pick(['','-','+'])+'#}'+txt()
    if r<.98: return '{%'+pick(['','-'])+' raw '+pick(['','-'])+'%}'+txt()+'{{ x }}'+txt()+'{%'+pick(['','-'])+' endraw '+pick(['','-'])+'%}'+txt()
    return tg('generation')+body(d-1)+tg('endgeneration')
def body(d): return ''.join(stmt(d) for _ in range(R.choice([0,1,1,2])))+txt()
class Slow(BaseException): pass
def alarm(*a): raise Slow()
signal.signal(signal.SIGALRM,alarm)
compile_template = u._cached_compile_jinja_template.__wrapped__ if hasattr(
    u._cached_compile_jinja_template, "__wrapped__") else u._cached_compile_jinja_template


def case(source):
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        text = compile_template(source).render(**json.loads(json.dumps(CTX)))
        return None if " at 0x" in text.lower() else {"template": source, "text": text}
    except (Slow, RecursionError):
        return None
    except Exception as error:
        return {"template": source, "error": type(error).__name__}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


cases = [case("".join(stmt(2) for _ in range(R.choice([1, 1, 2])))) for _ in range(N)]
lines = ",\n".join("  " + json.dumps(c, ensure_ascii=False) for c in cases if c)
with open(sys.argv[3], "w", encoding="utf-8") as out:
    out.write('{"now": "' + NOW.isoformat() + '",\n "context": ' + json.dumps(CTX, ensure_ascii=False)
              + ',\n "cases": [\n' + lines + "\n]}\n")
