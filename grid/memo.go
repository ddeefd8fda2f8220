package grid

// memo remembers where lines were drawn: a hash table that is cleared and filled again without new memory.
type memo struct {
	slots []stroke
	used  int
}

// stroke is a drawn line; mark is its number and one, 0 in a free slot.
type stroke struct{ mark, first, end uint32 }

func (m *memo) clear() {
	clear(m.slots)
	m.used = 0
}

// find is the slot of a line, and whether it was there before. It stays good until the next find.
func (m *memo) find(line uint32) (s *stroke, known bool) {
	if 2*m.used >= len(m.slots) {
		m.grow()
	}
	s = m.slot(line + 1)
	if s.mark != 0 {
		return s, true
	}
	s.mark = line + 1
	m.used++
	return s, false
}

func (m *memo) slot(mark uint32) *stroke {
	mask := uint32(len(m.slots) - 1)
	for k := mark * 0x9e3779b1 >> 7 & mask; ; k = (k + 1) & mask {
		if s := &m.slots[k]; s.mark == mark || s.mark == 0 {
			return s
		}
	}
}

func (m *memo) grow() {
	old := m.slots
	m.slots = make([]stroke, max(64, 2*len(old)))
	for _, s := range old {
		if s.mark != 0 {
			*m.slot(s.mark) = s
		}
	}
}
