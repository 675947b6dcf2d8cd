package tck

import (
	"math"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

func metricsCases() []testCase {
	count := func(f, name, labels string, v float64, want hostabi.Code) step {
		return step{Command: Command{Func: f, In: [2]string{name, labels}, Mask: math.Float64bits(v)}, want: int64(want)}
	}
	label := func(pairs ...string) string {
		var fields []hostabi.Field
		for i := 0; i < len(pairs); i += 2 {
			fields = append(fields, hostabi.Field{Name: pairs[i], Value: pairs[i+1]})
		}
		return pairsOf(fields)
	}
	value := func(n int) string { return label(Label, strings.Repeat("v", n)) }
	add, set, observe := hostabi.FuncMetricsAdd, hostabi.FuncMetricsSet, hostabi.FuncMetricsObserve
	inf := math.Inf(1)
	return []testCase{
		{name: "metrics count, set and observe", kind: hostabi.Authorize, setup: example(), steps: []step{
			count(add, Counter, label(Label, "a"), 1, 0), count(add, Counter, label(Label, "a"), 0.5, 0), count(add, Counter, "", 0, 0),
			count(set, Gauge, "", -3, 0), count(observe, Histogram, "", 0.25, 0), count(observe, Histogram, "", -1, 0)}},
		{name: "metrics have the names and types that were declared", kind: hostabi.MapRequest, setup: example(), steps: []step{
			count(add, "none", "", 1, hostabi.ENOENT), count(set, "", "", 1, hostabi.ENOENT), count(observe, Histogram+"_sum", "", 1, hostabi.ENOENT),
			count(add, Gauge, "", 1, hostabi.EINVAL), count(set, Histogram, "", 1, hostabi.EINVAL), count(observe, Counter, "", 1, hostabi.EINVAL)}},
		{name: "metrics take numbers", kind: hostabi.MapResponse, setup: example(), steps: []step{
			count(add, Counter, "", -1, hostabi.EINVAL), count(add, Counter, "", inf, hostabi.EINVAL), count(add, Counter, "", math.NaN(), hostabi.EINVAL),
			count(set, Gauge, "", math.NaN(), hostabi.EINVAL), count(set, Gauge, "", -inf, hostabi.EINVAL),
			count(observe, Histogram, "", math.NaN(), hostabi.EINVAL), count(observe, Histogram, "", inf, hostabi.EINVAL)}},
		{name: "metrics have the labels that were declared", kind: hostabi.Integrate, setup: example(), steps: []step{
			count(add, Counter, label("other", "a"), 1, hostabi.EINVAL), count(add, Counter, label(Label, "a", Label, "a"), 1, hostabi.EINVAL),
			count(set, Gauge, label(Label, "a"), 1, hostabi.EINVAL), count(add, Counter, label("", ""), 1, hostabi.EINVAL)}},
		{name: "metrics bound labels", kind: hostabi.Integrate, setup: example(), steps: []step{
			count(add, Counter, value(hostabi.MaxLabel-1), 1, 0), count(add, Counter, value(hostabi.MaxLabel), 1, 0),
			count(add, Counter, value(hostabi.MaxLabel+1), 1, hostabi.E2BIG),
			count(add, Counter, strings.Repeat("x", hostabi.MaxLabelBytes), 1, hostabi.EINVAL), // no pairs, but not too long
			count(add, Counter, strings.Repeat("x", hostabi.MaxLabelBytes+1), 1, hostabi.E2BIG)}},
		{name: "metrics bound series", kind: hostabi.MapRequest, setup: example(), steps: []step{
			count(add, Few, label(Label, "1"), 1, 0), count(add, Few, label(Label, "2"), 1, 0), count(add, Few, label(Label, "3"), 1, 0),
			count(add, Few, label(Label, "4"), 1, hostabi.E2BIG), count(add, Few, label(Label, "2"), 1, 0)}},
		{name: "metrics refuse labels that end early", kind: hostabi.Integrate, setup: example(), steps: func() (steps []step) {
			whole := label(Label, "abc")
			for n := 1; n < len(whole); n++ {
				steps = append(steps, count(add, Counter, whole[:n], 1, hostabi.EINVAL))
			}
			return append(steps, count(add, Counter, "\xff\xff\xff\xff", 1, hostabi.EINVAL), count(add, Counter, whole, 1, 0))
		}()},
	}
}
