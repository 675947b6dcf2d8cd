package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// writer is a child that writes until it is killed, and says what was
// acknowledged.
func writer(args []string) {
	e, err := OpenEmbedded(args[0], Options{})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	kv, c := e.Namespace("load", -1), e.Counters()
	run := args[1]
	var mu sync.Mutex
	say := func(f string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(os.Stdout, f, args...)
	}
	fail := func(err error) {
		if err != nil {
			say("error %v\n", err)
			select {}
		}
	}
	for w := range 8 {
		go func() {
			ctx := context.Background()
			var was []byte
			for i := 0; ; i++ {
				key := fmt.Sprintf("%s-%d-%d", run, w, i)
				fail(kv.Put(ctx, key, []byte("value of "+key), lifeOf(key)))
				say("put %s\n", key)
				next := []byte(strconv.Itoa(i + 1))
				fail(kv.CompareAndSet(ctx, turns(run, w), was, next, 0))
				was = next
				say("turn%d %d\n", w, i+1)
				n, err := kv.Increment(ctx, "number", 1)
				fail(err)
				say("number %d\n", n)
				if i%3 == 2 {
					_, err := kv.Delete(ctx, key)
					fail(err)
					say("deleted %s\n", key)
				}
			}
		}()
	}
	fail(count(c, say))
}

// count adds to a counter until that fails.
func count(c Counters, say func(f string, args ...any)) error {
	for {
		n, err := c.Add(context.Background(), "count", 1, time.Time{})
		if err != nil {
			return err
		}
		say("count %d\n", n)
		time.Sleep(5 * time.Millisecond)
	}
}

// counterInRedis is a child that counts in a Redis until it is killed.
func counterInRedis(args []string) {
	r, err := OpenRedis(context.Background(), args[0], Options{})
	if err == nil {
		err = count(r.Counters(), func(f string, args ...any) { fmt.Printf(f, args...) })
	}
	fmt.Println("error", err)
}

// untilKilled runs a child and kills it when it has said things for a while. It
// returns what "count" was a second before.
func untilKilled(t *testing.T, cmd *exec.Cmd, life time.Duration, said func(what, arg string)) (counted int64) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	type count struct {
		n  int64
		at time.Time
	}
	var counts []count
	var timer *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if timer == nil {
			timer = time.AfterFunc(life, func() { cmd.Process.Kill() })
		}
		var what, arg string
		fmt.Sscan(lines.Text(), &what, &arg)
		switch what {
		case "count":
			n, _ := strconv.ParseInt(arg, 10, 64)
			counts = append(counts, count{n, time.Now()})
		case "error":
			t.Fatal(lines.Text())
		default:
			said(what, arg)
		}
	}
	killed := time.Now()
	cmd.Wait()
	if timer == nil {
		t.Fatal("the child has written nothing")
	}
	for _, c := range counts {
		if killed.Sub(c.at) > time.Second {
			counted = c.n
		}
	}
	return counted
}

// somewhatOverASecond is how long a child lives whose counters are to be stored:
// any of its additions may be the first that is not.
func somewhatOverASecond() time.Duration { return time.Second + rand.N(1500*time.Millisecond) }

func TestKilledHundredTimes(t *testing.T) {
	kills := 10
	if evidence() {
		kills = 100
	}
	dir := t.TempDir()
	acked := map[string]bool{} // false once deleting it was acknowledged
	turn := map[string]int64{}
	var number, counted, writes int64
	for run := range kills {
		life := 50*time.Millisecond + rand.N(400*time.Millisecond)
		if run%4 == 3 {
			life = somewhatOverASecond()
		}
		counted = max(counted, untilKilled(t, child(t, "writer", dir, strconv.Itoa(run)), life, func(what, arg string) {
			n, _ := strconv.ParseInt(arg, 10, 64)
			switch what {
			case "put":
				acked[arg] = true
				writes++
			case "deleted":
				acked[arg] = false
			case "number":
				number = max(number, n)
			default:
				w, _ := strconv.Atoi(strings.TrimPrefix(what, "turn"))
				turn[turns(strconv.Itoa(run), w)] = n
			}
		}))
		// After each kill the store is whole, and its last writes are there.
		e, err := OpenEmbedded(dir, Options{})
		if err != nil {
			t.Fatalf("after kill %d: %v", run, err)
		}
		verifyKilled(t, e, acked, number, counted)
		verifyTurns(t, e, turn)
		if counted, err = e.Counters().Get(t.Context(), "count"); err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// Times to live were stored, too.
	e := openEmbedded(t, dir, Options{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }})
	for key, there := range acked {
		_, ok, err := e.Namespace("load", -1).Get(t.Context(), key)
		if want := there && lifeOf(key) == 0; err != nil || ok && !want || !ok && want && !deletable(key) {
			t.Fatalf("two hours later %s is there: %v, %v, want %v", key, ok, err, want)
		}
	}
	t.Logf("%d kills, %d acknowledged puts, %d compared and set, number %d, count %d", kills, writes, len(turn), number, counted)
}

// The counters in a Redis lose a second at most, too.
func TestCountersInRedisKilled(t *testing.T) {
	kills := 3
	if evidence() {
		kills = 20
	}
	s := serve(t)
	r := s.open(Options{})
	for run := range kills {
		counted := untilKilled(t, child(t, "counter", s.address()), somewhatOverASecond(), func(string, string) {})
		text, err := r.client.Get(t.Context(), counterKey("count")).Result() // as it is stored
		n, _ := strconv.ParseInt(text, 10, 64)
		if counted == 0 || err != nil || n < counted {
			t.Fatalf("after kill %d, count is %d, %v; it was %d more than a second before the kill", run, n, err, counted)
		}
	}
	t.Logf("%d kills of who counts in Redis", kills)
}

// lifeOf is the time to live of a key, none for most.
func lifeOf(key string) time.Duration {
	if partsOf(key)[2]%5 == 1 {
		return time.Hour
	}
	return 0
}

// turns is the key that a writer of a run compares and sets.
func turns(run string, w int) string { return fmt.Sprintf("turns-%s-%d", run, w) }

func verifyTurns(t *testing.T, e *Embedded, turn map[string]int64) {
	t.Helper()
	for key, acked := range turn {
		v, _, err := e.Namespace("load", -1).Get(t.Context(), key)
		// The next one may have been done and not acknowledged.
		if n, _ := strconv.ParseInt(string(v), 10, 64); err != nil || n != acked && n != acked+1 {
			t.Fatalf("%s is %s, %v; %d was acknowledged", key, v, err, acked)
		}
	}
}

func verifyKilled(t *testing.T, e *Embedded, acked map[string]bool, number, counted int64) {
	t.Helper()
	kv := e.Namespace("load", -1)
	for key, there := range acked {
		v, ok, err := kv.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		// A delete may have been done and not acknowledged.
		if ok && string(v) != "value of "+key || ok && !there || !ok && there && !deletable(key) {
			t.Fatalf("%s = %q, %v, acknowledged %v", key, v, ok, there)
		}
	}
	v, _, err := kv.Get(t.Context(), "number")
	if n, _ := strconv.ParseInt(string(v), 10, 64); err != nil || n < number {
		t.Fatalf("number is %s, %v; %d was acknowledged", v, err, number)
	}
	if n, err := e.Counters().Get(t.Context(), "count"); err != nil || n < counted {
		t.Fatalf("count is %d, %v; it was %d more than a second before the kill", n, err, counted)
	}
}

// deletable reports that the writer deletes the key after putting it.
func deletable(key string) bool { return partsOf(key)[2]%3 == 2 }

// partsOf are the numbers of run, writer and put.
func partsOf(key string) (n [3]int) {
	fmt.Sscanf(key, "%d-%d-%d", &n[0], &n[1], &n[2])
	return n
}
