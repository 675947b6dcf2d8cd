package config

import "strings"

// suggest finds the known word that a misspelt one most likely means, or "".
// Case and the choice between "-" and "_" do not count as differences.
func suggest(word string, known []string) string {
	fold := strings.NewReplacer("-", "_")
	folded := fold.Replace(strings.ToLower(word))
	if folded == "" || len(folded) > 64 {
		return "" // not a slip of the pen, and the distance costs the square
	}
	best, limit := "", max(1, len(folded)/3)
	for _, k := range known {
		other := fold.Replace(strings.ToLower(k))
		d := distance(folded, other)
		switch {
		case short(folded, other):
			d = 1 // "warning" means "warn", "auth" means "authorizer"
		case d > 0 && len(folded) <= 3 && folded[:1] != other[:1]:
			continue // "3.0" does not mean "1.0"
		}
		if d <= limit {
			best, limit = k, d-1
		}
	}
	return best
}

// short reports whether one word is the beginning of the other.
func short(a, b string) bool {
	return a != b && min(len(a), len(b)) >= 4 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
