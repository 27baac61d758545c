package main

import (
	"sync"
	"time"
)

// seen holds the ids of a window, in the order of their arrival. A twin waits for the first.
type seen struct {
	sync.Mutex
	window time.Duration
	ids    map[string]*claim
	order  []aged
}

type claim struct {
	done   chan struct{}
	marked bool
}

type aged struct {
	id string
	at time.Time
}

func newSeen(window time.Duration) *seen {
	return &seen{window: window, ids: map[string]*claim{}}
}

// claim tells whether this is the first of its id; if not, done is closed once the first has ended.
func (s *seen) claim(id string, now time.Time) (first bool, done <-chan struct{}) {
	s.Lock()
	defer s.Unlock()
	for len(s.order) > 0 && now.Sub(s.order[0].at) > s.window {
		delete(s.ids, s.order[0].id)
		s.order = s.order[1:]
	}
	if found, ok := s.ids[id]; ok {
		return false, found.done
	}
	s.ids[id] = &claim{done: make(chan struct{})}
	s.order = append(s.order, aged{id, now})
	return true, nil
}

func (s *seen) mark(id string) {
	s.Lock()
	defer s.Unlock()
	if found, ok := s.ids[id]; ok && !found.marked {
		found.marked = true
		close(found.done)
	}
}

func (s *seen) free(id string) {
	s.Lock()
	defer s.Unlock()
	if found, ok := s.ids[id]; ok {
		close(found.done)
		delete(s.ids, id)
	}
}
