package seal

// NewShelf is the memory store, for tests with installation keys that know this package.
var NewShelf = newShelf

// Epochs counts what is stored under each epoch.
func (s *shelf) Epochs() map[int64]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[int64]int{}
	for _, w := range s.wraps {
		n[w.Epoch]++
	}
	return n
}
