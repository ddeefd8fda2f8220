package main

import (
	"context"
	"time"

	"fengqiao/internal/casetime"
)

// roomEvery is how often it is looked whether anything is due in a room.
const roomEvery = 5 * time.Second

// namedRoom is a room beside the cases, with its name for the log.
type namedRoom struct {
	name string
	casetime.Room
}

// rooms lists the rooms beside the cases in which things fall due.
func (s *system) rooms() []namedRoom {
	return []namedRoom{
		{"slips", s.slips},
		{"studies", s.studies},
		{"patrols", s.patrols},
		{"councils", s.councils},
	}
}

// dueRooms is rooms for a clock that is moved. It is there before they are.
func (s *system) dueRooms() []casetime.Room {
	var list []casetime.Room
	for _, r := range s.rooms() {
		list = append(list, r)
	}
	return list
}

// sweep sees to what is due in the room.
func (r namedRoom) sweep(ctx context.Context) error {
	_, err := r.Sweep(ctx)
	return err
}
