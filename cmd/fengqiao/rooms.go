package main

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/internal/account"
	"fengqiao/internal/casetime"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/duty"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"
	"fengqiao/mediation/study"
	"fengqiao/mediation/team"
	"fengqiao/mediation/village"
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
		{"review lists", s.dockets},
		{"duty", s.duty},
		{"patrols", s.patrols},
		{"councils", s.councils},
		{"desks", s.desks},
		{"opinions", s.opinions},
		{"teams", s.teams},
		{"villages", s.villages},
		{"scorecards", s.scorecards},
		{"retention", s.retention},
		{"hand-overs", s.handovers},
		{"calendar", s.cases.CalendarWatch()},
	}
}

// reckoners lists the rooms whose clocks follow the calendar.
func (s *system) reckoners() []mediation.Reckoner {
	var list []mediation.Reckoner
	for _, r := range s.rooms() {
		if k, ok := r.Room.(mediation.Reckoner); ok {
			list = append(list, k)
		}
	}
	return list
}

// sweep sees to what is due in the room.
func (r namedRoom) sweep(ctx context.Context) error {
	_, err := r.Sweep(ctx)
	return err
}

// supervision builds the papers of supervision over the installation.
func (in *installation) supervision(cases *mediation.Service, photos slip.Album) *slip.Service {
	st := in.Store
	return slip.NewService(slip.Deps{Slips: st.Slips(), Watches: st.Slips(), Cases: cases, Reader: st.Cases(), Moves: st.Figures(), Users: in.directory, Album: photos,
		Sealer: in.ring, Atlas: cases.Atlas, Now: cases.Now, Log: cases.Log})
}

// handovers passes on what people have in hand, in the rooms of the core and those beside.
func (in *installation) handovers(cases *mediation.Service, papers *slip.Service, teams *team.Service, dockets *docket.Service) *handover.Service {
	people := account.Persons{Service: in.accounts, UnitHash: in.Store.UnitHash}
	rooms := handover.CoreRooms(in.Store.Cases(), cases, people)
	rooms[slip.RoomName] = slip.Room{Service: papers}
	rooms[handover.TeamPost] = team.Room{Service: teams}
	rooms[study.RoomName] = study.Room{Service: in.studies(cases)}
	rooms[council.RoomName] = council.Room{Service: in.deliberating(cases, papers)}
	rooms[opinion.RoomName] = opinion.Room{Service: in.collecting(cases, papers)}
	rooms[docket.RoomName] = docket.Room{Service: dockets}
	rooms[duty.RoomName] = duty.Room{Service: in.onDuty(cases)}
	return handover.NewService(handover.Deps{HandOvers: in.Store.HandOvers(), People: people, Rooms: rooms, Cases: cases, Sealer: in.ring, Now: cases.Now, Log: cases.Log})
}

// apartBeside takes off what studies and reviews have given to whom a case is kept from.
func apartBeside(studies *study.Service, dockets *docket.Service) func(context.Context, *mediation.Case, func(user, unit string) (bool, error)) error {
	return func(ctx context.Context, c *mediation.Case, kept func(user, unit string) (bool, error)) error {
		return errors.Join(studies.KeepApart(ctx, c, kept), dockets.KeepApart(ctx, c, kept))
	}
}

// onDuty is who is on duty.
func (in *installation) onDuty(cases *mediation.Service) *duty.Service {
	return duty.NewService(duty.Deps{Rosters: in.Store.Duty(), Cases: cases, People: in.Store.Persons(), Now: cases.Now})
}

// teams keeps the posts of grids' teams.
func (in *installation) teams(rules team.Rules, atlas *grid.Atlas, now func() time.Time) *team.Service {
	return team.NewService(team.Deps{Teams: in.Store.Teams(), Rules: rules, People: account.Persons{Service: in.accounts, UnitHash: in.Store.UnitHash}, Atlas: atlas, Now: now})
}

// studies are escalated studies over the installation's cases.
func (in *installation) studies(cases *mediation.Service) *study.Service {
	return study.NewService(study.Deps{Studies: in.Store.Studies(), Cases: cases, Reader: in.Store.Cases(), People: in.Store.Persons(), Sealer: in.ring, Now: cases.Now})
}

// deliberating keeps the villagers' meetings.
func (in *installation) deliberating(cases *mediation.Service, papers *slip.Service) *council.Service {
	return council.NewService(council.Deps{Meetings: in.Store.Meetings(), Rules: cases, Papers: handlers.FollowUps{Slips: papers}, Users: in.directory, Sealer: in.ring, Phone: cases.Phone, Atlas: cases.Atlas, Now: cases.Now})
}

// dockets keeps the periodic review lists.
func (in *installation) dockets(cases *mediation.Service) *docket.Service {
	st := in.Store
	return docket.NewService(docket.Deps{Lists: st.ReviewLists(), Decisions: st.ReviewDecisions(), Core: cases, Cases: st.Cases(), Heads: st.Figures(), People: st.Persons(), Sealer: in.ring, Now: cases.Now})
}

// collecting takes residents' suggestions.
func (in *installation) collecting(cases *mediation.Service, papers *slip.Service) *opinion.Service {
	st := in.Store
	return opinion.NewService(opinion.Deps{Sites: st.OpinionSites(), Campaigns: st.OpinionCampaigns(), Suggestions: st.Suggestions(), Publications: st.OpinionResults(),
		Papers: handlers.Askings{Slips: papers}, Core: cases, Users: in.directory, Sealer: in.ring, Phone: cases.Phone, Atlas: cases.Atlas, Now: cases.Now, Log: cases.Log})
}

// assessing keeps what villages were assessed at.
func (in *installation) assessing(cases *mediation.Service) *village.Service {
	st := in.Store
	return village.NewService(village.Deps{Rounds: st.VillageRounds(), Results: st.VillageResults(), Cards: st.Scorecards(), Heads: st.Figures(), Core: cases, Reader: st.Cases(), Sealer: in.ring,
		Atlas: cases.Atlas, Now: cases.Now})
}
