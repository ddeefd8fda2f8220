package handlers

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// casePage is a page of a list of cases. Lists of cases are what every open phone and console asks for again and again, so
// a page writes itself: half of what such a request cost went into finding out anew what its fields are called. A test
// holds it to the bytes that the JSON library writes.
type casePage Page[summaryView]

// itemBytes is what one case takes up at most, as a rule, besides its places.
const itemBytes = 800

// size is how much room the page is going to need, so that it is written without being moved.
func (p casePage) size() int {
	n := 64 + itemBytes*len(p.Items)
	for i := range p.Items {
		for _, place := range []*placeView{p.Items[i].Area, p.Items[i].Cell} {
			if place != nil {
				n += len(place.wire)
			}
		}
	}
	return n
}

func (p casePage) appendJSON(b []byte) ([]byte, error) {
	if b == nil {
		b = make([]byte, 0, p.size())
	}
	w := writer{b: append(b, `{"items":[`...)}
	for i := range p.Items {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.item(&p.Items[i])
	}
	w.b = append(w.b, `],"next":`...)
	if p.Next == nil {
		w.b = append(w.b, "null"...)
	} else {
		w.text(*p.Next)
	}
	w.b = append(w.b, '}')
	return w.b, w.err
}

// writer appends JSON; the first failure is kept.
type writer struct {
	b   []byte
	err error
}

func (w *writer) item(v *summaryView) {
	w.b = append(w.b, '{')
	w.string(`"id":`, v.ID)
	w.number(`,"revision":`, v.Revision)
	w.head(&v.caseHead)
	w.number(`,"reports":`, int64(v.Reports))
	w.b = append(w.b, `,"seated":[`...)
	for i, id := range v.Seated {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.text(id)
	}
	w.b = append(w.b, ']')
	w.time(`,"stateDue":`, v.StateDue)
	w.time(`,"wholeDue":`, v.WholeDue)
	w.bool(`,"breached":`, v.Breached)
	w.time(`,"reviewDue":`, v.ReviewDue)
	w.b = append(w.b, '}')
}

func (w *writer) head(h *caseHead) {
	w.string(`,"number":`, h.Number)
	w.string(`,"title":`, h.Title)
	w.string(`,"state":`, h.State)
	w.string(`,"stateText":`, h.StateText)
	w.string(`,"category":`, h.Category)
	w.string(`,"categoryText":`, h.CategoryText)
	w.number(`,"severity":`, int64(h.Severity))
	w.bool(`,"emergency":`, h.Emergency)
	w.string(`,"channel":`, h.Channel)
	if h.Unit != "" {
		w.string(`,"unit":`, h.Unit)
	}
	w.place(`,"area":`, h.Area)
	w.place(`,"cell":`, h.Cell)
	w.bool(`,"needsHand":`, h.NeedsHand)
	w.number(`,"repeats":`, int64(h.Repeats))
	w.b = appendTime(append(w.b, `,"opened":`...), h.Opened)
	w.b = appendTime(append(w.b, `,"changed":`...), h.Changed)
	w.time(`,"closed":`, h.Closed)
}

func (w *writer) string(name, v string) {
	w.b = append(w.b, name...)
	w.text(v)
}

func (w *writer) number(name string, v int64) { w.b = strconv.AppendInt(append(w.b, name...), v, 10) }

func (w *writer) bool(name string, v bool) { w.b = strconv.AppendBool(append(w.b, name...), v) }

// time writes a moment, and nothing where there is none.
func (w *writer) time(name string, t time.Time) {
	if !t.IsZero() {
		w.b = appendTime(append(w.b, name...), t)
	}
}

func appendTime(b []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

func (w *writer) place(name string, v *placeView) {
	w.b = append(w.b, name...)
	switch {
	case v == nil:
		w.b = append(w.b, "null"...)
	case v.wire != nil:
		w.b = append(w.b, v.wire...)
	default:
		w.other(v)
	}
}

// text writes a string; one in which something must be escaped is left to the library.
func (w *writer) text(s string) {
	if plain(s) {
		w.b = append(append(append(w.b, '"'), s...), '"')
		return
	}
	w.other(s)
}

// plain tells whether a text stands between quotes as it is.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		case c == 0xe2: // U+2028 and U+2029 begin so, which scripts take for line ends
			return false
		}
	}
	return utf8.ValidString(s)
}

func (w *writer) other(v any) {
	text, err := json.Marshal(v, wireForm)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.b = append(w.b, text...)
}
