package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
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
			for i := 0; ; i++ {
				key := fmt.Sprintf("%s-%d-%d", run, w, i)
				fail(kv.Put(ctx, key, []byte("value of "+key), 0))
				say("put %s\n", key)
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
	for {
		n, err := c.Add(context.Background(), "count", 1, time.Time{})
		fail(err)
		say("count %d\n", n)
		time.Sleep(5 * time.Millisecond)
	}
}

func TestKilledHundredTimes(t *testing.T) {
	kills := 10
	if evidence() {
		kills = 100
	}
	dir := t.TempDir()
	acked := map[string]bool{} // false once deleting it was acknowledged
	var number, counted, writes int64
	for run := range kills {
		cmd := child(t, "writer", dir, strconv.Itoa(run))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Every fourth lives long enough for counters to be older than a second.
		life := 50*time.Millisecond + rand.N(400*time.Millisecond)
		if run%4 == 3 {
			life += 1500 * time.Millisecond
		}
		type count struct {
			n  int64
			at time.Time
		}
		var counts []count
		var once sync.Once
		var timer *time.Timer
		defer cmd.Process.Kill()
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			once.Do(func() { timer = time.AfterFunc(life, func() { cmd.Process.Kill() }) })
			var what, arg string
			fmt.Sscan(lines.Text(), &what, &arg)
			n, _ := strconv.ParseInt(arg, 10, 64)
			switch what {
			case "put":
				acked[arg] = true
				writes++
			case "deleted":
				acked[arg] = false
			case "number":
				number = max(number, n)
			case "count":
				counts = append(counts, count{n, time.Now()})
			case "error":
				t.Fatal(lines.Text())
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
		// After each kill the store is whole, and its last writes are there.
		e, err := OpenEmbedded(dir, Options{})
		if err != nil {
			t.Fatalf("after kill %d: %v", run, err)
		}
		verifyKilled(t, e, acked, number, counted)
		if counted, err = e.Counters().Get(t.Context(), "count"); err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d acknowledged puts, number %d, count %d", kills, writes, number, counted)
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
func deletable(key string) bool {
	var run, w, i int
	fmt.Sscanf(key, "%d-%d-%d", &run, &w, &i)
	return i%3 == 2
}
