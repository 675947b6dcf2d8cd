package main

import (
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/sdk/go/json"
)

func mappingOf(root, item string, arrays ...string) mapping {
	m := mapping{root: root, item: item, lists: &lists{}}
	for _, a := range arrays {
		m.lists.add(a)
	}
	return m
}

func TestBothWays(t *testing.T) {
	tests := []struct {
		name      string
		mapping   mapping
		json, xml string // xml without its declaration
	}{
		{"a text", mappingOf("", ""), `{"a":"b"}`, `<a>b</a>`},
		{"an empty text", mappingOf("", ""), `{"a":""}`, `<a/>`},
		{"children", mappingOf("", ""), `{"a":{"b":"1","c":"2"}}`, `<a><b>1</b><c>2</c></a>`},
		{"attributes", mappingOf("", ""), `{"a":{"@x":"1","@y":"","b":"2"}}`, `<a x="1" y=""><b>2</b></a>`},
		{"attributes beside a text", mappingOf("", ""), `{"a":{"@x":"1","#text":"b"}}`, `<a x="1">b</a>`},
		{"attributes alone", mappingOf("", ""), `{"a":{"@x":"1"}}`, `<a x="1"/>`},
		{"a list", mappingOf("", ""), `{"a":{"b":["1","2",{"c":"3"}]}}`, `<a><b>1</b><b>2</b><b><c>3</c></b></a>`},
		{"a list of one", mappingOf("", "", "a.b"), `{"a":{"b":["1"]}}`, `<a><b>1</b></a>`},
		{"lists of one below each other", mappingOf("", "", "a.b", "a.b.c"), `{"a":{"b":[{"c":["1"]}]}}`, `<a><b><c>1</c></b></a>`},
		{"a root", mappingOf("order", "", "b"), `{"@x":"1","b":["2"]}`, `<order x="1"><b>2</b></order>`},
		{"a root that is a text", mappingOf("order", ""), `"b"`, `<order>b</order>`},
		{"a list that is the whole text", mappingOf("orders", "order"), `["1",{"a":"2"}]`, `<orders><order>1</order><order><a>2</a></order></orders>`},
		{"such a list of one", mappingOf("orders", "order"), `["1"]`, `<orders><order>1</order></orders>`},
		{"characters with a meaning", mappingOf("", ""), `{"a":{"@x":"<>&\"'\t\r\n","#text":"<>&\"'\t\r\n]]>"}}`,
			`<a x="&lt;&gt;&amp;&quot;'&#9;&#13;&#10;">&lt;&gt;&amp;"'` + "\t&#13;\n" + `]]&gt;</a>`},
		{"blanks in a text", mappingOf("", ""), `{"a":" b\n"}`, "<a> b\n</a>"},
		{"blanks alone", mappingOf("", ""), `{"a":"  "}`, `<a>  </a>`},
		{"blanks beside elements", mappingOf("", ""), `{"a":{"b":"","#text":"\n "}}`, `<a><b/>&#10; </a>`},
		{"names and texts beyond ASCII", mappingOf("", ""), `{"größe":"😀"}`, `<größe>😀</größe>`},
		{"prefixes are part of names", mappingOf("", ""), `{"s:a":{"@xmlns:s":"urn:s","s:b":"1"}}`, `<s:a xmlns:s="urn:s"><s:b>1</s:b></s:a>`},
		{"64 levels", mappingOf("", ""), strings.Repeat(`{"a":`, 64) + `""` + strings.Repeat("}", 64), strings.Repeat("<a>", 63) + "<a/>" + strings.Repeat("</a>", 63)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.mapping.convert([]byte(tt.json), formXML); err != nil || string(got) != declaration+tt.xml {
				t.Errorf("to XML: %s, %v, want %s", got, err, tt.xml)
			}
			if got, err := tt.mapping.convert([]byte(tt.xml), formJSON); err != nil || string(got) != tt.json {
				t.Errorf("to JSON: %s, %v, want %s", got, err, tt.json)
			}
		})
	}
}

func TestOneWay(t *testing.T) {
	tests := []struct {
		name       string
		mapping    mapping
		to         form
		from, want string
	}{
		{"numbers, booleans and null become text", mappingOf("", ""), formXML, `{"a":{"n":-1.50e3,"t":true,"f":false,"z":null,"@n":1}}`, `<a n="1"><n>-1.50e3</n><t>true</t><f>false</f><z/></a>`},
		{"an empty list becomes nothing", mappingOf("", ""), formXML, `{"a":{"b":[]}}`, `<a/>`},
		{"attributes may stand last", mappingOf("", ""), formXML, `{"a":{"b":1,"@x":2}}`, `<a x="2"><b>1</b></a>`},
		{"a text in an object", mappingOf("", ""), formXML, `{"a":{"#text":"b"}}`, `<a>b</a>`},
		{"another root than the configured one stays", mappingOf("order", "", "fault.b"), formJSON, `<fault><b>1</b></fault>`, `{"fault":{"b":["1"]}}`},
		{"blanks between elements are dropped", mappingOf("", ""), formJSON, "<a>\n\t<b>1</b>\r\n</a>", `{"a":{"b":"1"}}`},
		{"but not those that were written by reference", mappingOf("", ""), formJSON, "<a>&#32;<b/></a>", `{"a":{"b":"","#text":" "}}`},
		{"nor those of CDATA", mappingOf("", ""), formJSON, "<a><b/><![CDATA[ ]]></a>", `{"a":{"b":"","#text":" "}}`},
		{"text among elements is joined", mappingOf("", ""), formJSON, "<a>x<b/>y</a>", `{"a":{"b":"","#text":"xy"}}`},
		{"siblings of one name come together", mappingOf("", ""), formJSON, "<a><b>1</b><c>2</c><b>3</b></a>", `{"a":{"b":["1","3"],"c":"2"}}`},
		{"CDATA is text", mappingOf("", ""), formJSON, `<a>1<![CDATA[<&]]]]><![CDATA[>]]>2</a>`, `{"a":"1<&]]>2"}`},
		{"comments and instructions are skipped", mappingOf("", ""), formJSON, `<!-- a --><?p?><a>1<!--<b>-->2<?p x?>3</a><!--x--><?q y?>` + "\n", `{"a":"123"}`},
		{"references", mappingOf("", ""), formJSON, `<a x='&#x41;&#66;&apos;"'>&lt;&gt;&amp;&quot;&apos;&#x1F600;&amp;lt;</a>`, `{"a":{"@x":"AB'\"","#text":"<>&\"'😀&lt;"}}`},
		{"line ends become line feeds", mappingOf("", ""), formJSON, "<a x='1\r\n2\t3'>1\r\n2\r3</a>", `{"a":{"@x":"1 2 3","#text":"1\n2\n3"}}`},
		{"a declaration", mappingOf("", ""), formJSON, "\ufeff<?xml version='1.0' encoding='utf-8' standalone = \"yes\" ?>\n<a />", `{"a":""}`},
		{"blanks in tags", mappingOf("", ""), formJSON, "<a\n x = '1'\t></a\n>", `{"a":{"@x":"1"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.mapping.convert([]byte(tt.from), tt.to)
			if want := strings.TrimPrefix(string(got), declaration); err != nil || want != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	attributes := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(" a" + strconv.Itoa(i) + "=''")
		}
		return "<a" + b.String() + "/>"
	}
	if _, err := mappingOf("", "").convert([]byte(attributes(64)), formJSON); err != nil {
		t.Errorf("64 attributes: %v", err)
	}
	tests := []struct {
		name    string
		mapping mapping
		to      form
		from    string
		want    string
	}{
		{"a DTD", mappingOf("", ""), formJSON, `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`, "XML: offset 0: a document type declaration is not taken"},
		{"an entity", mappingOf("", ""), formJSON, `<a>&nbsp;</a>`, "XML: offset 3: a reference that is neither to a character nor to lt, gt, amp, quot, apos"},
		{"a reference to no character", mappingOf("", ""), formJSON, `<a>&#0;</a>`, "XML: offset 3: a reference that is neither to a character nor to lt, gt, amp, quot, apos"},
		{"a reference to a surrogate", mappingOf("", ""), formJSON, `<a>&#xD800;</a>`, "XML: offset 3: a reference that is neither to a character nor to lt, gt, amp, quot, apos"},
		{"a reference with a sign", mappingOf("", ""), formJSON, `<a>&#+65;</a>`, "XML: offset 3: a reference that is neither to a character nor to lt, gt, amp, quot, apos"},
		{"a reference with underscores", mappingOf("", ""), formJSON, `<a>&#6_5;</a>`, "XML: offset 3: a reference that is neither to a character nor to lt, gt, amp, quot, apos"},
		{"a bare ampersand", mappingOf("", ""), formJSON, `<a>& b</a>`, "XML: offset 3: a reference that is neither to a character nor to lt, gt, amp, quot, apos"},
		{"another encoding", mappingOf("", ""), formJSON, `<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, "XML: offset 41: encoding must be UTF-8"},
		{"XML 1.1", mappingOf("", ""), formJSON, `<?xml version="1.1"?><a/>`, "XML: offset 19: version must be 1.0"},
		{"a declaration without a version", mappingOf("", ""), formJSON, `<?xml encoding="UTF-8"?><a/>`, `XML: offset 22: want a declaration such as <?xml version="1.0" encoding="UTF-8"?>`},
		{"a declaration behind a blank", mappingOf("", ""), formJSON, ` <?xml version="1.0"?><a/>`, "XML: offset 6: a declaration stands at the beginning alone"},
		{"UTF-16", mappingOf("", ""), formJSON, "\xff\xfe<\x00a\x00", "XML: offset 0: not a character of XML in UTF-8"},
		{"a control character", mappingOf("", ""), formJSON, "<a>\x01</a>", "XML: offset 3: not a character of XML in UTF-8"},
		{"nothing", mappingOf("", ""), formJSON, "", "XML: offset 0: want <"},
		{"text alone", mappingOf("", ""), formJSON, "a", "XML: offset 0: want <"},
		{"two roots", mappingOf("", ""), formJSON, "<a/><b/>", "XML: offset 4: more than one root element"},
		{"text behind the root", mappingOf("", ""), formJSON, "<a/>b", "XML: offset 4: more than one root element"},
		{"no end tag", mappingOf("", ""), formJSON, "<a>", "XML: offset 3: an element has no end"},
		{"another end tag", mappingOf("", ""), formJSON, "<a></b>", "XML: offset 6: want </a>"},
		{"a long name in an answer", mappingOf("", ""), formJSON, "<" + strings.Repeat("é", 1000) + "></b>", "XML: offset 2005: want </" + strings.Repeat("é", 87) + "…"},
		{"half a tag", mappingOf("", ""), formJSON, "<a", "XML: offset 2: want >"},
		{"a value without quotes", mappingOf("", ""), formJSON, "<a b=c/>", "XML: offset 5: want a value in quotes"},
		{"attributes without a blank", mappingOf("", ""), formJSON, `<a b=""c=""/>`, "XML: offset 7: want >"},
		{"an attribute twice", mappingOf("", ""), formJSON, `<a b="" b=""/>`, "XML: offset 12: an attribute stands twice"},
		{"a tag in an attribute", mappingOf("", ""), formJSON, `<a b="<"/>`, "XML: offset 8: < in an attribute"},
		{"65 attributes", mappingOf("", ""), formJSON, attributes(65), "XML: offset 441: an element has too many attributes"},
		{"65 levels", mappingOf("", ""), formJSON, strings.Repeat("<a>", 65), "XML: offset 194: nested too deeply"},
		{"too many elements", mappingOf("", ""), formJSON, "<a>" + strings.Repeat("<b/>", 50_000) + "</a>", "XML: offset 199999: too many elements and attributes"},
		{"the end of CDATA in a text", mappingOf("", ""), formJSON, "<a>b]]></a>", "XML: offset 4: ]]> in a text"},
		{"two hyphens in a comment", mappingOf("", ""), formJSON, "<a><!-- -- --></a>", "XML: offset 10: -- in a comment"},
		{"a comment without an end", mappingOf("", ""), formJSON, "<a><!-- ", "XML: offset 7: a comment has no end"},
		{"a list of lists", mappingOf("", ""), formXML, `{"a":{"b":[[1]]}}`, `JSON: "b" has a list in a list, for which XML has no name`},
		{"two roots in JSON", mappingOf("", ""), formXML, `{"a":1,"b":2}`, "JSON: want an object with one member, the root element"},
		{"a list as root", mappingOf("", ""), formXML, `{"a":[1]}`, "JSON: want an object with one member, the root element"},
		{"a number alone", mappingOf("", ""), formXML, `1`, "JSON: want an object with one member, the root element"},
		{"a list alone", mappingOf("a", ""), formXML, `[1]`, "JSON: want an object, not a list"},
		{"a name that is none", mappingOf("a", ""), formXML, `{"first name":1}`, `JSON: "first name" cannot be the name of an element`},
		{"a name that would be a tag", mappingOf("a", ""), formXML, `{"b><c":1}`, `JSON: "b><c" cannot be the name of an element`},
		{"an empty name", mappingOf("a", ""), formXML, `{"":1}`, `JSON: "" cannot be the name of an element`},
		{"an attribute as root", mappingOf("", ""), formXML, `{"@a":1}`, `JSON: "@a" cannot be the name of an element`},
		{"an attribute with an object", mappingOf("a", ""), formXML, `{"@b":{}}`, `JSON: "@b" cannot be an attribute`},
		{"a text with a list", mappingOf("a", ""), formXML, `{"#text":[]}`, `JSON: "#text" must not be a list or an object`},
		{"a character that XML cannot hold", mappingOf("a", ""), formXML, `{"b":"\u0000"}`, "JSON: a text has a character that XML cannot hold"},
		{"a member twice", mappingOf("a", ""), formXML, `{"b":1,"b":2}`, "JSON: offset 7: the name stands twice in its object"},
		{"65 levels of JSON", mappingOf("", ""), formXML, strings.Repeat(`{"a":`, 65) + `""` + strings.Repeat("}", 65), "JSON: nested too deeply"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.mapping.convert([]byte(tt.from), tt.to)
			var no *refusal
			if !errors.As(err, &no) || *no != (refusal{400, tt.want}) {
				t.Errorf("got %.100s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

// FuzzFromXML: what is taken as XML, encoding/xml takes, too; its JSON is JSON
// that becomes XML, which means the same.
func FuzzFromXML(f *testing.F) {
	for _, s := range []string{`<a x="1&#10;"><b>1</b>t<b/><![CDATA[ ]]></a>`, "<?xml version='1.0'?><o><i/></o>", `<!DOCTYPE a><a/>`, `<a>&lt;</a>`, "<s:a xmlns:s='u'/>"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, rooted bool) {
		m := mappingOf("", "", "a.b", "o.i")
		if rooted {
			m = mappingOf("o", "i", "b")
		}
		v, err := m.fromXML(text)
		if err != nil {
			return
		}
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.RawToken(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("fromXML(%q) is no error, encoding/xml has %v", text, err)
			}
		}
		read, err := json.Parse(json.Append(nil, v), json.Limits{Depth: 2*maxDepth + 1, Values: 1 << 20})
		if err != nil || !reflect.DeepEqual(read, v) {
			t.Fatalf("fromXML(%q) = %+v, as JSON %+v, %v", text, v, read, err)
		}
		if rooted && v.Kind == json.Object && len(v.Members) == 1 && text != "" {
			return // another root: its way back would be below the configured one
		}
		b, err := m.toXML(v)
		if err != nil {
			t.Fatalf("fromXML(%q) = %+v: %v", text, v, err)
		}
		if again, err := m.fromXML(string(b)); err != nil || !reflect.DeepEqual(again, v) {
			t.Fatalf("%q became %s and then %+v, %v, want %+v", text, b, again, err, v)
		}
	})
}

// FuzzToXML: a document that was made of JSON is one that is taken, and the same
// JSON comes of it, but for scalars, which are texts, and what XML does not tell
// apart: made again it is the same from then on.
func FuzzToXML(f *testing.F) {
	for _, s := range []string{`{"a":{"@x":1,"b":[null,{"c":true}],"#text":" "}}`, `{"a":"]]>\r\n"}`, `[1,"<"]`, `{"a b":1}`} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, rooted bool) {
		m := mappingOf("", "", "a.b")
		if rooted {
			m = mappingOf("a", "i", "b")
		}
		document, err := m.convert(text, formXML)
		if err != nil {
			return
		}
		first, err := m.convert(document, formJSON)
		if err != nil {
			t.Fatalf("%q became %s: %v", text, document, err)
		}
		second, err := m.convert(first, formXML)
		if err == nil {
			second, err = m.convert(second, formJSON)
		}
		if err != nil || string(second) != string(first) {
			t.Fatalf("%q became %s, %s and then %s, %v", text, document, first, second, err)
		}
	})
}
