package settings

import (
	"strconv"
	"strings"
)

// units of sizes, the largest first.
var units = [...]struct {
	name  string
	bytes int
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

func parseSize(text string) (int, bool) {
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.name); ok {
			n, err := strconv.ParseUint(number, 10, 31)
			if bytes := n * uint64(u.bytes); err == nil && bytes < 1<<31 {
				return int(bytes), true
			}
			return 0, false
		}
	}
	return 0, false
}

func formatSize(n int) string {
	for _, u := range units {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.Itoa(n/u.bytes) + u.name
		}
	}
	return strconv.Itoa(n) + "B"
}
