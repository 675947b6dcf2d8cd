package workbench

import "strings"

// longestDiff bounds the table of diff; longer texts are shown as they are.
const longestDiff = 2000

// diff shows two texts line by line: "-" what was expected, "+" what there is.
// same says whether an expected line is met; nil means equal.
func diff(want, got string, same func(want, got string) bool) string {
	if same == nil {
		same = func(a, b string) bool { return a == b }
	}
	w, g := lines(want), lines(got)
	var b strings.Builder
	put := func(mark, line string) { b.WriteString("\t" + mark + " " + line + "\n") }
	if len(w) > longestDiff || len(g) > longestDiff {
		put("-", want)
		put("+", got)
		return strings.TrimSuffix(b.String(), "\n")
	}
	// common[i][j] is the longest run of lines that w[i:] and g[j:] share.
	common := make([][]int, len(w)+1)
	for i := range common {
		common[i] = make([]int, len(g)+1)
	}
	for i := len(w) - 1; i >= 0; i-- {
		for j := len(g) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if same(w[i], g[j]) {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	i, j := 0, 0
	for i < len(w) || j < len(g) {
		switch {
		case i < len(w) && j < len(g) && same(w[i], g[j]):
			put(" ", g[j])
			i, j = i+1, j+1
		case j == len(g) || i < len(w) && common[i+1][j] >= common[i][j+1]:
			put("-", w[i])
			i++
		default:
			put("+", g[j])
			j++
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
