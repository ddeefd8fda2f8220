package mediation

// Progress of a case is what a policy says that it is, of the commands that can be any: what is only written down, what puts something off,
// and what takes a step back bring no case further.

// noProgress are the commands that are no progress under any policy.
var noProgress = []CommandName{CmdNote, CmdSupplement, CmdSuspend, CmdResume, CmdReclassify, CmdPlace, CmdAddParty, CmdCorrectParty, CmdRemoveParty, CmdRenewLink, CmdRate,
	CmdHold, CmdLiftHold, CmdTakeBack, CmdSplit, CmdDetach, CmdUnassign, CmdDecline, CmdStepBack, CmdUnagree, CmdDefault, CmdTaskReturn, CmdTaskDrop, CmdChargePlan, CmdRelease,
	CmdRevoke, CmdLoopUndo}

// noProgressSteps are the steps of a petition that are none: they put it off, or are the petitioner's own.
var noProgressSteps = []PetitionStep{StepExtend, StepObject, StepServe, StepWithdraw, StepContest, StepRate, StepDisown, StepAside, StepTakeUp}

// ProgressSteps are the steps of a petition that count where a policy says no more than that petitions do: what is decided on the matter, and
// the end of a hearing.
var ProgressSteps = []PetitionStep{StepAccept, StepOpinion, StepReview, StepHeard, StepRereview, StepExplain}

// progressWords are the commands and the petition's steps that a policy may count as progress.
func progressWords() (commands, steps []string) {
	for _, r := range Table {
		if word := string(r.Command); !has(noProgress, r.Command) && !has(commands, word) {
			commands = append(commands, word)
		}
	}
	for _, r := range PetitionTable {
		if word := string(r.Step); !has(noProgressSteps, r.Step) && !has(steps, word) {
			steps = append(steps, word)
		}
	}
	return commands, steps
}
