package grid

import "sort"

// texts are strings in one piece of memory, which costs the collector nothing and each of them four bytes.
type texts struct {
	all    string
	starts []uint32 // and the end; nil if every text is empty
}

func newTexts(n int, text func(i int) string) texts {
	size := 0
	for i := range n {
		size += len(text(i))
	}
	if size == 0 {
		return texts{}
	}
	all, starts := make([]byte, 0, size), make([]uint32, n+1)
	for i := range n {
		all = append(all, text(i)...)
		starts[i+1] = uint32(len(all))
	}
	return texts{string(all), starts}
}

func (t *texts) at(i int) string {
	if t.starts == nil {
		return ""
	}
	return t.all[t.starts[i]:t.starts[i+1]]
}

// labels are the codes, in order, and the names of a plan's cells.
type labels struct {
	codes, names texts
	n            int
}

func (l *labels) code(i int) Code { return Code(l.codes.at(i)) }

// find is the position of the cell with this code.
func (l *labels) find(code Code) (int, bool) {
	return sort.Find(l.n, func(i int) int { return compareCodes(code, l.code(i)) })
}
