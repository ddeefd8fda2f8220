// Package figures counts cases for dashboards (统计). A Book holds a row of a few columns for each case, in memory; every figure is a
// scan over the rows as they stand, so there is no counter that could drift from the cases. A Keeper fills the book from the store
// and keeps it up to date. figure.go is the one table of what the figures mean.
package figures

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// blockRows is how many rows lie in one block: a book grows by whole blocks, and nothing in it is ever moved.
const blockRows = 1 << 14

// block is some rows, a column each. Times are whole seconds since 1970; 0 is never.
type block struct {
	id                                       [blockRows]key
	area, category, channel, unit, officials [blockRows]uint32
	had, came, lain                          [blockRows]uint32
	opened, accepted, agreed, closed, until  [blockRows]uint32 // until is when the case is overdue
	late                                     [blockRows]uint32 // when a limit first passed
	kind                                     [blockRows]uint32 // in the book's kinds
}

// Book is the rows. Safe for concurrent use.
type Book struct {
	mu                            sync.RWMutex
	blocks                        []*block
	rows                          index
	area, category, channel, unit names
	officials, had, came, lain    names // each word a set of them: officials, units that have had a case, the channels of its reports, areas it has lain with
	kinds                         kinds
	asOf                          time.Time
}

// Put writes a case's row, in place of the one it had.
func (b *Book) Put(s *mediation.Summary) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := keyOf(s.ID)
	row, known := b.rows.find(id, b.idOf)
	if !known {
		row = b.rows.add(id, b.idOf)
		if row%blockRows == 0 {
			b.blocks = append(b.blocks, &block{})
		}
	}
	k, i := b.blocks[row/blockRows], row%blockRows
	k.id[i] = id
	k.area[i], k.category[i] = b.area.code(string(s.Area)), b.category.code(s.Category)
	k.channel[i], k.unit[i] = b.channel.code(s.Channel), b.unit.code(s.Unit)
	k.officials[i] = b.officials.code(setOf(s.Course.Officials))
	k.had[i] = b.had.code(setOf(HadBy(s)))
	k.came[i] = b.came.code(setOf(s.Came))
	k.lain[i] = b.lain.code(setOf(LainWith(s)))
	k.opened[i], k.closed[i], k.until[i] = seconds(s.Opened), seconds(s.Closed), seconds(s.Overdue)
	k.accepted[i], k.agreed[i] = seconds(s.Course.Accepted), seconds(s.Course.Agreed)
	k.late[i] = seconds(s.Course.Breached)
	k.kind[i] = b.kinds.code(kindOf(s))
}

// HadBy are the units that a case has lain with; what an earlier release stored knows of the present one alone.
func HadBy(s *mediation.Summary) []string {
	if s.Unit == "" || slices.Contains(s.Had, s.Unit) {
		return s.Had
	}
	return append(slices.Clip(s.Had), s.Unit)
}

// LainWith are the areas that a case lies with and has lain with.
func LainWith(s *mediation.Summary) []string {
	areas := []string{string(s.Area)}
	for _, a := range s.Lain {
		if a != s.Area {
			areas = append(areas, string(a))
		}
	}
	return areas
}

func (b *Book) idOf(row uint32) key { return b.blocks[row/blockRows].id[row%blockRows] }

// Len is how many cases have a row.
func (b *Book) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return int(b.rows.n)
}

// Channels are all that cases have come by.
func (b *Book) Channels() []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Clone(b.channel.all)
}

// Categories are all that cases have had.
func (b *Book) Categories() []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Clone(b.category.all)
}

// AsOf is the moment up to which the book is complete; zero before it has been filled.
func (b *Book) AsOf() time.Time {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.asOf
}

func (b *Book) completeTo(t time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asOf = t
}

// seconds is a time as a column holds it. What lies before 1970 or after 2106 is held to these ends: a wrong clock must not
// make it never.
func seconds(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(min(max(t.Unix(), 1), math.MaxUint32-1))
}

// small holds a number to what a column has room for.
func small(n int) uint8 { return uint8(min(max(n, 0), math.MaxUint8)) }

// A set, of ids or names or keys, is one word: they in order, parted by what none of them holds.
const parting = "\x00"

func setOf(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), parting)
}

func wordsOf(word string) []string {
	if word == "" {
		return nil
	}
	return strings.Split(word, parting)
}

// maxStates is room for every state.
const maxStates = 32

// stateCode numbers the states.
var stateCode = func() map[mediation.State]uint8 {
	codes := map[mediation.State]uint8{}
	for i, s := range mediation.States {
		codes[s.State] = uint8(i)
	}
	return codes
}()

// numbered numbers values as they come.
type numbered[T comparable] struct {
	codes map[T]uint32
	all   []T
}

// names are the words of a column, kinds the kinds of cases.
type (
	names = numbered[string]
	kinds = numbered[kind]
)

func (n *numbered[T]) code(v T) uint32 {
	code, ok := n.codes[v]
	if ok {
		return code
	}
	if n.codes == nil {
		n.codes = map[T]uint32{}
	}
	code = uint32(len(n.all))
	n.codes[v], n.all = code, append(n.all, v)
	return code
}

// inside tells whether a case that lies in an area is among those of another.
func inside(area grid.Code, word string) bool { return area.Contains(grid.Code(word)) }
