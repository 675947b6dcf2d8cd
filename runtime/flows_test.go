package runtime_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// through is an API that passes all to one backend, over both clients.
func through(address string) string {
	text := ""
	for _, transport := range []string{"lean", "std"} {
		text += fmt.Sprintf(`
[apis.%[1]s]
protocol = "http"
base_path = "/%[1]s"
[[apis.%[1]s.routes]]
route = "ANY /{proxy+}"
integration = { type = "http_proxy", uri = "http://%[2]s/{proxy}", transport = %[1]q }
`, transport, address)
	}
	return text
}

// overBoth runs a test over both clients.
func overBoth(t *testing.T, backend string, test func(t *testing.T, s *stand, base string)) {
	s := serve(t, files(t, through(backend)))
	for _, transport := range []string{"lean", "std"} {
		t.Run(transport, func(t *testing.T) { test(t, s, "/"+transport) })
	}
}

// TestUpgrade: an upgraded connection carries bytes both ways, what comes
// with the head included, until one side closes.
func TestUpgrade(t *testing.T) {
	echo := backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: yes\r\n\r\nhello ")
		io.Copy(c, r)
	})
	overBoth(t, echo, func(t *testing.T, s *stand, base string) {
		c := s.dial().(*net.TCPConn)
		fmt.Fprintf(c, "GET %s/chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly ", base)
		r := bufio.NewReader(c)
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 101 || resp.Header.Get("Upgrade") != "websocket" || resp.Header.Get("Sec-Websocket-Accept") != "yes" {
			t.Fatalf("got %s %v", resp.Status, resp.Header)
		}
		expect := func(want string) {
			t.Helper()
			got := make([]byte, len(want))
			if _, err := io.ReadFull(r, got); err != nil || string(got) != want {
				t.Fatalf("got %q %v, want %q", got, err, want)
			}
		}
		expect("hello early ")
		for i := range 3 {
			frame := fmt.Sprintf("\x81\x05frame%d", i)
			io.WriteString(c, frame)
			expect(frame)
		}
		c.CloseWrite()
		if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
			t.Errorf("after the end: %q %v", rest, err)
		}
	})
}

// TestEventStream: each event arrives while the stream goes on.
func TestEventStream(t *testing.T) {
	next := make(chan string)
	stream := backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
		for event := range next {
			if event == "" {
				io.WriteString(c, "0\r\n\r\n")
				return
			}
			fmt.Fprintf(c, "%x\r\n%s\r\n", len(event), event)
		}
	})
	overBoth(t, stream, func(t *testing.T, s *stand, base string) {
		resp, err := s.client.Get("http://" + s.addr + base + "/events")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for i := range 3 {
			event := fmt.Sprintf("data: %d\n\n", i)
			next <- event // the last one has arrived
			got := make([]byte, len(event))
			if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != event {
				t.Fatalf("got %q %v, want %q", got, err, event)
			}
		}
		next <- ""
		if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
			t.Errorf("at the end: %q %v", rest, err)
		}
	})
}

// TestInterim: early hints and 100 pass, in order, ahead of the answer.
func TestInterim(t *testing.T) {
	hints := backend(t, func(c net.Conn, r *bufio.Reader) {
		request, err := head(r)
		if err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")
		if strings.Contains(request, "Expect: 100-continue") {
			io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			body := make([]byte, 4)
			io.ReadFull(r, body)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\n%s", body)
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
	})
	overBoth(t, hints, func(t *testing.T, s *stand, base string) {
		got := s.bytes("GET " + base + "/hints")
		if want := "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n"; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\r\n\r\nok") {
			t.Errorf("got\n%s", got)
		}
		c := s.dial()
		r := bufio.NewReader(c)
		fmt.Fprintf(c, "POST %s/upload HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", base)
		var seen []string
		for {
			lines, err := head(r)
			if err != nil {
				t.Fatalf("%v after %q", err, seen)
			}
			status := lines[9:12]
			seen = append(seen, status)
			if status == "100" {
				io.WriteString(c, "body")
			}
			if status == "200" {
				break
			}
		}
		body, _ := io.ReadAll(r)
		if !strings.Contains(strings.Join(seen, " "), "100") || string(body) != "body" {
			t.Errorf("got %v and %q, want a 100 and the body", seen, body)
		}
	})
}

// TestTrailers: fields after a body pass both ways.
func TestTrailers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		b, _ := io.ReadAll(r.Body)
		w.Write(b)
		w.Header().Set("X-Sum", "of "+r.Trailer.Get("X-Sent"))
	}))
	t.Cleanup(server.Close)
	overBoth(t, server.Listener.Addr().String(), func(t *testing.T, s *stand, base string) {
		req, _ := http.NewRequest("POST", "http://"+s.addr+base+"/sum", io.MultiReader(strings.NewReader("abc")))
		req.Trailer = http.Header{"X-Sent": {"three"}}
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != "abc" || resp.Trailer.Get("X-Sum") != "of three" {
			t.Errorf("got %q %v, trailer %v", body, err, resp.Trailer)
		}
	})
}

// TestHead: HEAD has the fields of GET and no body.
func TestHead(t *testing.T) {
	overBoth(t, echoing(t), func(t *testing.T, s *stand, base string) {
		got := s.bytes("HEAD " + base + "/thing")
		if !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || !strings.Contains(got, "\r\nContent-Length: ") || !strings.HasSuffix(got, "\r\n\r\n") {
			t.Errorf("got\n%s", got)
		}
		// The connection to the backend is good for the next request.
		if status, body := s.get(base + "/thing"); status != 200 || !strings.HasPrefix(body, "GET /thing\n") {
			t.Errorf("got %d %q", status, body)
		}
	})
}

const limit = 10 << 20

// TestLargeBodies: what is within the limit passes both ways, whole and with
// its length; one byte more is 413, as AWS's front end says it.
func TestLargeBodies(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		sum := sha256.Sum256(b)
		w.Header().Set("X-Sum", hex.EncodeToString(sum[:]))
		w.Write(b)
	}))
	t.Cleanup(server.Close)
	body := bytes.Repeat([]byte("0123456789abcdef"), limit/16)
	sum := sha256.Sum256(body)
	want := hex.EncodeToString(sum[:])
	address := server.Listener.Addr().String()
	s := serve(t, files(t, through(address)+`
[apis.rest]
protocol = "rest"
base_path = "/rest"
[[apis.rest.routes]]
route = "ANY /{proxy+}"
integration = { type = "http_proxy", uri = "http://`+address+`/{proxy}" }
`))
	for _, base := range []string{"/lean", "/std", "/rest"} {
		for name, reader := range map[string]func() io.Reader{
			"of known length":   func() io.Reader { return bytes.NewReader(body) },
			"of unknown length": func() io.Reader { return io.MultiReader(bytes.NewReader(body)) },
		} {
			t.Run(base[1:]+" passes a body "+name+" at the limit", func(t *testing.T) {
				resp, got := s.do("POST", base+"/big", reader())
				back := sha256.Sum256([]byte(got))
				if resp.StatusCode != 200 || resp.Header.Get("X-Sum") != want || hex.EncodeToString(back[:]) != want {
					t.Errorf("got %d, %d bytes, sum %s", resp.StatusCode, len(got), resp.Header.Get("X-Sum"))
				}
			})
		}
	}
	t.Run("one byte more is refused before it is read", func(t *testing.T) {
		got := s.bytes("POST /rest/big", fmt.Sprintf("Content-Length: %d", limit+1))
		if want := answer("HTTP/1.1 413 Request Entity Too Large", "Content-Length: 44", "Content-Type: text; charset=utf-8",
			"Date: <date>", "Connection: close", "", "HTTP content length exceeded 10485760 bytes."); got != want {
			t.Errorf("REST: got\n%s\nwant\n%s", got, want)
		}
		got = s.bytes("POST /lean/big", fmt.Sprintf("Content-Length: %d", limit+1))
		if want := `{"message":"Request Entity Too Large"}`; !strings.HasPrefix(got, "HTTP/1.1 413 ") || !strings.HasSuffix(got, "\r\n\r\n"+want) {
			t.Errorf("HTTP: got\n%s\nwant %s", got, want)
		}
	})
	for _, base := range []string{"/lean", "/std", "/rest"} {
		t.Run(base[1:]+" refuses a body of unknown length that crosses the limit", func(t *testing.T) {
			c := s.dial()
			fmt.Fprintf(c, "POST %s/big HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n", base)
			go func() {
				fmt.Fprintf(c, "%x\r\n", limit+1)
				c.Write(body)
				io.WriteString(c, "!\r\n0\r\n\r\n")
			}()
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != 413 {
				b, _ := io.ReadAll(resp.Body)
				t.Errorf("got %s %s, want 413", resp.Status, b)
			}
		})
	}
}

// TestLongHeads: a head at its API's limit passes, one byte more is 431. REST
// APIs count the values, HTTP APIs the request line and the names, too.
func TestLongHeads(t *testing.T) {
	s := serve(t, files(t, `
[apis.http]
protocol = "http"
base_path = "/http"
[[apis.http.routes]]
route = "GET /echo"
integration = { type = "plugin", plugin = "echo" }
[apis.rest]
protocol = "rest"
base_path = "/rest"
[[apis.rest.routes]]
route = "GET /echo"
integration = { type = "plugin", plugin = "echo" }
`, "echo"))
	const request, message = "/echo?a=b", `{"message":"Request Header Fields Too Large"}`
	for _, tt := range []struct {
		base   string
		others int // what counts of the request besides X-A's value
		fields []string
	}{
		{"/rest", len("localhost"), []string{"Content-Length: 45", "Content-Type: application/json", "x-amz-apigw-id: <id>",
			"x-amzn-ErrorType: BadRequestException", "x-amzn-RequestId: <uuid>"}},
		{"/http", len("GET /http"+request+" HTTP/1.1") + len("Host"+"localhost") + len("X-A"), []string{"Apigw-Requestid: <id>", "Content-Length: 45", "Content-Type: application/json"}},
	} {
		t.Run(tt.base[1:], func(t *testing.T) {
			for n, want := range map[int]string{10239: "200 OK", 10240: "200 OK", 10241: "431 Request Header Fields Too Large"} {
				got := s.bytes("GET "+tt.base+request, "X-A: "+strings.Repeat("x", n-tt.others))
				line, _, _ := strings.Cut(got, "\r\n")
				if line != "HTTP/1.1 "+want {
					t.Errorf("%d bytes: got %s, want %s", n, line, want)
				}
				if n <= 10240 {
					continue
				}
				text := append([]string{"HTTP/1.1 " + want}, tt.fields...)
				if want := answer(append(text, "Date: <date>", "Connection: close", "", message)...); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			}
		})
	}
}

// TestClientLeaves: when a client goes away its backend's connection ends.
func TestClientLeaves(t *testing.T) {
	asked, left := make(chan bool, 1), make(chan bool, 1)
	waiting := backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err != nil {
			return
		}
		asked <- true
		r.ReadByte() // until the gateway closes
		left <- true
	})
	overBoth(t, waiting, func(t *testing.T, s *stand, base string) {
		c := s.dial()
		fmt.Fprintf(c, "GET %s/wait HTTP/1.1\r\nHost: h\r\n\r\n", base)
		<-asked
		c.Close()
		select {
		case <-left:
		case <-time.After(patience):
			t.Error("the backend is still asked")
		}
	})
}
