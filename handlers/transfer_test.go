package handlers_test

import (
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestATransferReachesSomebody(t *testing.T) {
	a := apptest.New(t)
	s := begin(t, a)
	a.Post(t, "elsewhere", account.Place{Role: mediation.UnitStaff, Area: apptest.There.Code(), Unit: "别处的局"})
	s.order(s.staff, "transfer", obj{"unit": "写错的局", "reason": "authority"}).Refused(422, "unknown_value", "unit")
	s.order(s.staff, "transfer", obj{"unit": "别处的局", "reason": "authority"}).Refused(422, "unknown_value", "unit")
	// A desk of the policy is a way of its own, with or without people here.
	s.order(s.staff, "transfer", obj{"unit": "富阳区公安分局", "reason": "authority"}).Want(200)
}
